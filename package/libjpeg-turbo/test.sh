# SPDX-License-Identifier: Apache-2.0
loads libjpeg.so.62
{ printf 'P6 16 16 255\n'; head -c 768 /dev/zero; } >black.ppm
cjpeg black.ppm >black.jpg
djpeg black.jpg >again.ppm
[ "$(head -c 2 again.ppm)" = P6 ]
[ "$(tail -c 768 again.ppm | tr -d '\0' | wc -c)" = 0 ]
