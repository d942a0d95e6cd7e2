# SPDX-License-Identifier: Apache-2.0
loads libnghttp2.so.14
