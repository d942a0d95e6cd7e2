# SPDX-License-Identifier: Apache-2.0
rootcheck "$(cat /etc/leafroot/boot-mode)" | grep '^ok 1 - root: '
