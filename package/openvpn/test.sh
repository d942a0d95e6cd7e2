# SPDX-License-Identifier: Apache-2.0
openvpn --version | grep '^OpenVPN 2.6.14'
openvpn --genkey secret key
grep 'BEGIN OpenVPN Static key' key
