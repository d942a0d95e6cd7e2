# SPDX-License-Identifier: Apache-2.0
loads libwebsockets.so.19
