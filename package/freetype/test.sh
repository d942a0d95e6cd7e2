# SPDX-License-Identifier: Apache-2.0
loads libfreetype.so.6
