# SPDX-License-Identifier: Apache-2.0
loads libpng16.so.16
