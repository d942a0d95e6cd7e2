# SPDX-License-Identifier: Apache-2.0
loads libreadline.so.8
loads libhistory.so.8
