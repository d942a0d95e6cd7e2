#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Takes the boot loader's own files from /firmware/boot to /out.
#   firmware.sh WHERE PACKAGE FILE...
set -eu
. /forms/refuse.sh

where=$1 package=$2
shift 2
for file in "$@"; do
    if [ ! -f "/firmware/boot/$file" ]; then
        refuse "$where: the boot loader's file '$file'" "is not in the package $package." \
            "Available: $(cd /firmware/boot && find . -type f | cut -c3- | sort | paste -s -d ' ')"
    fi
    install -D -m 644 "/firmware/boot/$file" "/out/$file"
done
