# SPDX-License-Identifier: Apache-2.0
[ "$(id -u root)" = 0 ]
mount | grep '^proc on /proc '
mount | grep ' on /run '
[ "$(stat -c %a /tmp)" = 1777 ]
