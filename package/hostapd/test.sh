# SPDX-License-Identifier: Apache-2.0
hostapd -v 2>&1 | grep 'hostapd v2.10'
