# SPDX-License-Identifier: Apache-2.0
# It runs since the system has started.
lldpcli show chassis | grep 'ChassisID'
/etc/init.d/S50lldpd stop
sleep 2
fails lldpcli show chassis
