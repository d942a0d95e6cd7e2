#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Strips every ELF file below a folder of what the target does not need.
#   strip-tree.sh FOLDER, with STRIP in the environment
set -eu

find "$1" -type f | LC_ALL=C sort | while IFS= read -r file; do
    if [ "$(od -An -tx1 -N4 "$file" | tr -d ' ')" = 7f454c46 ]; then
        "$STRIP" --strip-unneeded --remove-section=.comment "$file"
    fi
done
