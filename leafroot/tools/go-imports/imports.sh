#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lists the folders of all packages that programs are made of, in Go.
#   imports.sh FILE PROGRAM...: adds them to FILE; in the environment: GO, TAGS and what go itself reads
set -eu

file=$1
shift
"$GO" list -deps -f '{{.Dir}}' "-tags=$TAGS" "$@" >> "$file"
