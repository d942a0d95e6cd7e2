#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copies one file, link or whole folder of an unpacked archive to a place in the package.
#   install-prebuilt.sh FROM TO, FROM below /src and TO below /out; with a slash at its end, FROM is a folder and
#   all that is in it is meant, and TO is the folder that things go into. What is wrong stands in $ERRORS afterwards.
set -eu

refuse() {
    printf '%s\n' "$1" >"$ERRORS"
    # xargs, too, stops at once.
    exit 255
}

# The deepest folder of the path that is there, and what is in it: a path changes with a version, and here is how.
nearest() {
    near=${1%/}
    until [ -d "$near" ]; do near=${near%/*}; done
    shown=${near#/src}
    shown=${shown#/}
    printf '  %s has: ' "${shown:-the top}"
    find "$near" -mindepth 1 -maxdepth 1 -printf '%f\n' | LC_ALL=C sort | head -n 40 | paste -sd , | sed 's/,/, /g'
}

missing() {
    refuse "$1
$(nearest "$from")"
}

# Copies what is at $1 to $2, where nothing may be yet, unless both are folders.
copy() {
    if [ -d "$1" ] && [ ! -L "$1" ] && [ -d "$2" ] && [ ! -L "$2" ]; then
        return
    fi
    if [ -e "$2" ] || [ -L "$2" ]; then
        refuse "'${2#/out/}' is installed twice, now from '${1#/src/}'"
    fi
    mkdir -p "${2%/*}"
    if [ -d "$1" ] && [ ! -L "$1" ]; then
        mkdir "$2"
    else
        cp -P "$1" "$2"
    fi
}

if [ "$1" = --copy ]; then
    from=$2 to=$3
    shift 3
    for name; do copy "$from$name" "$to$name"; done
    exit
fi

from=/src/$1
to=/out/$2
case $1 in
*/)
    [ -d "$from" ] || missing "the source has no folder '$1'"
    [ -d "$to" ] || [ ! -e "${to%/}" ] || refuse "'$2' is a file already"
    mkdir -p "$to"
    # Names may have anything in them but NUL. Folders come before what is in them, so empty ones are made too.
    find "$from" -mindepth 1 -printf '%P\0' >/build/found
    LC_ALL=C sort -z /build/found >/build/files
    xargs -0 -r -a /build/files sh "$0" --copy "$from" "$to"
    ;;
*)
    if [ -d "$from" ] && [ ! -L "$from" ]; then
        refuse "'$1' is a folder
  Write '$1/' to install everything in it."
    fi
    [ -e "$from" ] || [ -L "$from" ] || missing "the source has no '$1'"
    case $2 in
    */) copy "$from" "$to${1##*/}" ;;
    *) copy "$from" "$to" ;;
    esac
    ;;
esac
