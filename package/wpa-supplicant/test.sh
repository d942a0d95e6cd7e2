# SPDX-License-Identifier: Apache-2.0
wpa_supplicant -v | grep 'wpa_supplicant v2.10'
