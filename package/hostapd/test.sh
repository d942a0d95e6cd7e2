# SPDX-License-Identifier: Apache-2.0
# with wpa-supplicant
# Two radios that exist in software alone (mac80211_hwsim): wlan0 is an access point for WPA3, and wlan1 joins it.
hostapd -v 2>&1 | grep 'hostapd v2.10'
mkdir -p /etc/hostapd
cat >/etc/hostapd/hostapd.conf <<'EOF'
interface=wlan0
driver=nl80211
ctrl_interface=/run/hostapd
ssid=rows
hw_mode=g
channel=1
wpa=2
wpa_key_mgmt=SAE
rsn_pairwise=CCMP
ieee80211w=2
sae_password=the right passphrase
EOF
station() { # PASSPHRASE
    printf 'ctrl_interface=/run/wpa\nnetwork={\nssid="rows"\nkey_mgmt=SAE\nieee80211w=2\nsae_password="%s"\n}\n' "$1"
}
joins() { # PASSPHRASE SECONDS
    station "$1" >station.conf
    wpa_supplicant -B -i wlan1 -c station.conf -P pid
    state=
    for _ in $(seq "$2"); do
        [ "$state" != COMPLETED ] || break
        sleep 1
        state=$(wpa_cli -p /run/wpa -i wlan1 status | sed -n 's/^wpa_state=//p')
    done
    said=$(hostapd_cli -p /run/hostapd -i wlan0 all_sta)
    wpa_cli -p /run/wpa -i wlan1 terminate
    while [ -e pid ]; do sleep 1; done
    [ "$state" = COMPLETED ]
}
/etc/init.d/S41hostapd start
hostapd_cli -p /run/hostapd -i wlan0 status | grep '^state=ENABLED'
joins 'the right passphrase' 60
echo "$said" | grep AUTHORIZED
if joins 'another passphrase' 15; then exit 1; fi
/etc/init.d/S41hostapd stop
while [ -e /run/hostapd.pid ]; do sleep 1; done
rm -r /etc/hostapd
