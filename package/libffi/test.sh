# SPDX-License-Identifier: Apache-2.0
loads libffi.so.8
