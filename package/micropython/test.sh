# SPDX-License-Identifier: Apache-2.0
micropython -c 'print(6 * 7)' | grep -x 42
micropython -c 'import ffi, json; print(json.loads("[1]")[0])' | grep -x 1
