# SPDX-License-Identifier: Apache-2.0
for file in /lib/firmware/brcm/*; do [ -s "$file" ]; done
ls /lib/firmware/brcm/*.bin
