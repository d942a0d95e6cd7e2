# SPDX-License-Identifier: Apache-2.0
loads libfuse3.so.4
fusermount3 --version | grep 3.17
