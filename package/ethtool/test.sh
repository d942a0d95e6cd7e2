# SPDX-License-Identifier: Apache-2.0
ethtool -i eth0 | grep '^driver: '
ethtool eth0 | grep 'Link detected: '
