# SPDX-License-Identifier: Apache-2.0
loads libjansson.so.4
