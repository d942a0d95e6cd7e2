# SPDX-License-Identifier: Apache-2.0
dbus-daemon --session --address="unix:path=$PWD/bus" --nofork --nopidfile &
sleep 1
DBUS_SESSION_BUS_ADDRESS="unix:path=$PWD/bus" dbus-send --session --print-reply --dest=org.freedesktop.DBus \
    /org/freedesktop/DBus org.freedesktop.DBus.ListNames | grep org.freedesktop.DBus
kill %1
dbus-send --system --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.GetId
