# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For the other scripts here: how they refuse what does not fit.

# Ends the step with this message for the person: a sentence in two parts, and what to do next.
refuse() {
    printf '%s %s\n  %s\n' "$1" "$2" "$3" >/build/.leafroot-error
    exit 1
}

# A number of bytes in MiB, with one decimal, rounded up.
mib() {
    tenths=$((($1 * 10 + 1048575) / 1048576))
    echo "$((tenths / 10)).$((tenths % 10))"
}
