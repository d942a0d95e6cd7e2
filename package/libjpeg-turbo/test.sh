# SPDX-License-Identifier: Apache-2.0
loads libjpeg.so.62
{ printf 'P6 16 16 255\n'; head -c 768 /dev/zero; } >black.ppm
cjpeg black.ppm >black.jpg
djpeg black.jpg | cmp - black.ppm
