# SPDX-License-Identifier: Apache-2.0
[ ! -e /usr/lib/libargp.a ]
