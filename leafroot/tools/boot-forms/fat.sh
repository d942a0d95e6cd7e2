# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For the other scripts here: what a FAT file system needs to hold the files below the working folder, and how they
# come into it. Times are mtools's own doing: it takes them from SOURCE_DATE_EPOCH.

# Sets `identity` to the SHA-256 of the files' names and contents, for serial numbers and labels.
identify() {
    identity=$(find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
}

# The clusters of $1 bytes that files and folders take. A folder has an entry of 32 bytes for each name's short form,
# one for every 13 letters of its long form, and two of its own.
clusters() {
    find . -mindepth 1 -printf '%y\t%s\t%h\t%f\n' | awk -F '\t' -v size="$1" '
        { entries[$3] += 1 + int((length($4) + 12) / 13) }
        $1 == "f" { total += int(($2 + size - 1) / size) }
        $1 == "d" { entries[$3 == "." ? "./" $4 : $3 "/" $4] += 2 }
        END {
            entries["."] += 2
            for (folder in entries) total += int((entries[folder] * 32 + size - 1) / size)
            print total
        }'
}

# Copies everything into $1, a file system in mtools's words. Names are sorted, for the order on the disk of this
# machine would be the order in the image.
fill() {
    find . -mindepth 1 -type d | sort | while IFS= read -r folder; do
        mmd -i "$1" "::${folder#.}"
    done
    find . -type d | sort | while IFS= read -r folder; do
        find "$folder" -mindepth 1 -maxdepth 1 -type f | sort | tr '\n' '\0' |
            xargs -0 -r sh -c 'image=$1 target=$2; shift 2; mcopy -Q -i "$image" "$@" "$target"' sh "$1" "::${folder#.}/"
    done
}
