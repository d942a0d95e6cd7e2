#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Refuses a device tree or an overlay that the kernel's source does not have.
#   check.sh WHERE FOLDER ERRORS NAME...   each NAME below FOLDER, with its ending; the message goes to ERRORS
set -eu
where=$1 folder=$2 errors=$3
shift 3
for name; do
    [ ! -e "$folder/$name" ] || continue
    ending=${name##*.}
    stem=$(basename "$name" ".$ending" | cut -c 1-7)
    near=$(find "$folder/$(dirname "$name")" -maxdepth 1 -name "$stem*.$ending" 2>/dev/null | sort | sed 's,.*/,,' | head -n 12 | tr '\n' ' ')
    {
        printf '%s: this kernel has no %s\n' "$where" "${folder#/src/}/$name"
        [ -z "$near" ] || printf '  Available beside it: %s\n' "${near% }"
        [ "$ending" != dtso ] || printf '  For an overlay of your own, add the file overlays/%s to the folder of the board.\n' "$(basename "$name")"
    } >>"$errors"
done
[ ! -e "$errors" ] || exit 1
