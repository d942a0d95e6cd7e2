# SPDX-License-Identifier: Apache-2.0
loads libpcap.so.1
