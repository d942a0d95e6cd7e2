#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Strips every program, library and object of the compiler's machine below a folder of what the target does not need.
# All other files stay as they are; of an ELF file that stays, a line says why.
#   strip-tree.sh FOLDER, with STRIP and CC in the environment
# Objects that are linked later, such as kernel modules, lose their debug information alone. Firmware stays as it is:
# it may be signed. A file keeps its mode, its set-uid bit and its other names.
set -eu

# The bytes of the ELF header that tell files apart (System V gABI): 5 is the class, 6 the byte order, 17 and 18 the
# type, 19 and 20 the machine. Sets $kind, "" for what is no ELF file, and $type.
header() {
    # shellcheck disable=SC2046 # the bytes are words
    set -- $(od -An -v -tx1 -N20 -- "$1")
    kind='' type=''
    if [ "$#" -eq 20 ] && [ "$1$2$3$4" = 7f454c46 ]; then
        kind="$5 $6 ${19} ${20}" type="${17} ${18}"
    fi
}

left() {
    printf 'strip-tree: %s is left as it is: %s\n' "${1#"$FOLDER"/}" "$2"
}

strip_file() {
    mode=$(stat -c %a -- "$1")
    # Without the right to read and write it, not even its owner could strip it.
    [ -r "$1" ] || chmod u+r -- "$1"
    header "$1"
    case $kind in
    '') ;;
    "$KIND") strip_ours "$1" ;;
    *) left "$1" 'it is for another machine' ;;
    esac
    chmod "$mode" -- "$1"
}

strip_ours() {
    case "$1" in
    "$FOLDER"/lib/firmware/* | "$FOLDER"/usr/lib/firmware/*) left "$1" 'it is firmware' && return ;;
    esac
    case $type in
    "$OBJECT") how=--strip-debug ;;
    '02 00' | '03 00' | '00 02' | '00 03') how=--strip-unneeded ;;
    *) left "$1" 'it is neither a program, a library nor an object' && return ;;
    esac
    if ! "$STRIP" "$how" --remove-section=.comment -o "$SCRATCH/stripped" -- "$1" 2>"$SCRATCH/said"; then
        left "$1" "$(head -n 1 "$SCRATCH/said")"
        return
    fi
    # Written in place: in a folder that cannot be written to, no other file could be made, and other names of the file
    # would keep the old content.
    chmod u+w -- "$1"
    cat "$SCRATCH/stripped" >"$1"
}

if [ "${1-}" = --files ]; then
    shift
    for file; do strip_file "$file"; done
    exit
fi

FOLDER=${1%/}
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
# An empty object of the machine that the compiler compiles for. (CC may have options.)
$CC -c -x c /dev/null -o "$SCRATCH/empty.o"
header "$SCRATCH/empty.o"
KIND=$kind OBJECT=$type
export FOLDER SCRATCH KIND OBJECT
# Names may have anything in them but NUL.
find "$FOLDER" -type f -size +0 -print0 >"$SCRATCH/found"
LC_ALL=C sort -z "$SCRATCH/found" >"$SCRATCH/files"
xargs -0 -r -a "$SCRATCH/files" sh "$0" --files
