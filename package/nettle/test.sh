# SPDX-License-Identifier: Apache-2.0
loads libnettle.so.8
loads libhogweed.so.6
printf abc | nettle-hash -a sha256 | tr -d ' ' | grep ba7816bf8f01cfea
