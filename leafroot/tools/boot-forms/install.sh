#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copies files, with the modes of all boot files.
#   install.sh FROM TO [FROM TO...]
set -eu

while [ $# -gt 0 ]; do
    install -D -m 644 "$1" "$2"
    shift 2
done
