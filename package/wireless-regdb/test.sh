# SPDX-License-Identifier: Apache-2.0
[ "$(head -c 4 /lib/firmware/regulatory.db)" = RGDB ]
[ -s /lib/firmware/regulatory.db.p7s ]
