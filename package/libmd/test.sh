# SPDX-License-Identifier: Apache-2.0
loads libmd.so.0
