# SPDX-License-Identifier: Apache-2.0
# A radio that exists in software alone (mac80211_hwsim).
iw --version | grep 6.17
iw list | grep '2412.0 MHz'
iw dev wlan0 info | grep 'type managed'
iw phy phy0 interface add rows0 type monitor
iw dev rows0 info | grep 'type monitor'
iw dev rows0 del
fails iw dev rows0 info
iw reg get | grep country
