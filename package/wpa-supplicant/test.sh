# SPDX-License-Identifier: Apache-2.0
# Two radios that exist in software alone (mac80211_hwsim): wlan0 is an access point, and wlan1 joins it.
wpa_supplicant -v | grep 'wpa_supplicant v2.10'
mkdir -p /etc/wpa_supplicant
network() { # DIRECTORY PASSPHRASE MORE
    printf 'ctrl_interface=%s\nnetwork={\nssid="rows"\nkey_mgmt=WPA-PSK\nproto=RSN\npsk="%s"\n%s\n}\n' "$@"
}
network /run/wpa-ap 'the right passphrase' 'mode=2
frequency=2412' >ap.conf
wpa_supplicant -B -i wlan0 -c ap.conf
ends() { # DIRECTORY CARD
    wpa_cli -p "$1" -i "$2" terminate
    while wpa_cli -p "$1" -i "$2" ping; do sleep 1; done
}
joins() { # PASSPHRASE
    network /run/wpa "$1" '' >/etc/wpa_supplicant/wpa_supplicant-wlan1.conf
    /etc/init.d/S38wpa_supplicant start
    state=
    for _ in $(seq 60); do
        if [ "$state" = COMPLETED ] || grep -q WRONG_KEY /var/log/messages; then break; fi
        sleep 1
        state=$(wpa_cli -p /run/wpa -i wlan1 status | sed -n 's/^wpa_state=//p')
    done
    ends /run/wpa wlan1
    [ "$state" = COMPLETED ]
}
joins 'the right passphrase'
fails grep WRONG_KEY /var/log/messages
if joins 'another passphrase'; then exit 1; fi
grep WRONG_KEY /var/log/messages
ends /run/wpa-ap wlan0
rm -r /etc/wpa_supplicant
