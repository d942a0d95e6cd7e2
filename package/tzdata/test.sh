# SPDX-License-Identifier: Apache-2.0
[ "$(TZ=Europe/Berlin date -d @1767225600 +%H:%M)" = 01:00 ]
[ "$(TZ=Asia/Kolkata date -d @1767225600 +%H:%M)" = 05:30 ]
