# SPDX-License-Identifier: Apache-2.0
lspci -n | grep 8086:
