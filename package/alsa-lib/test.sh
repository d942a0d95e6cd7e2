# SPDX-License-Identifier: Apache-2.0
loads libasound.so.2
[ -e /usr/share/alsa/alsa.conf ]
