# SPDX-License-Identifier: Apache-2.0
loads libcjson.so.1
loads libcjson_utils.so.1
