#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Packs a root as an image: in the layout of the Open Container Initiative's image specification, with the manifest.json
# that 'docker load' reads. The same root gives the same bytes.
#   image.sh ROOTFS OUTPUT MACHINE, with SOURCE_DATE_EPOCH in the environment
set -eu

rootfs=$1
output=$2
# The specification uses Go's names of architectures (runtime.GOARCH).
case $3 in
x86_64-*) architecture=amd64 ;;
aarch64-*) architecture=arm64 ;;
arm*) architecture='arm","variant":"v7' ;;
*) architecture=${3%%-*} ;;
esac
layout=$output.layout
blobs=blobs/sha256

pack() {
    folder=$1 archive=$2
    shift 2
    tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        -C "$folder" -cf "$archive" "$@"
}

# Moves a file to the path named after its digest; sets digest and size.
keep() {
    digest=$(sha256sum "$1")
    digest=${digest%% *}
    mkdir -p "$layout/$blobs"
    mv "$1" "$layout/$blobs/$digest"
    size=$(stat -c %s "$layout/$blobs/$digest")
}

rm -rf "$layout"
mkdir -p "$layout"

pack "$rootfs" "$output.layer" .
keep "$output.layer"
layer=$digest layer_size=$size

printf '%s' "{\"created\":\"$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)\",\
\"architecture\":\"$architecture\",\"os\":\"linux\",\
\"config\":{\"Env\":[\"PATH=/usr/sbin:/usr/bin:/sbin:/bin\"],\"Cmd\":[\"sh\"]},\
\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:$layer\"]}}" >"$output.config"
keep "$output.config"
config=$digest config_size=$size

image=application/vnd.oci.image
printf '%s' "{\"schemaVersion\":2,\"mediaType\":\"$image.manifest.v1+json\",\
\"config\":{\"mediaType\":\"$image.config.v1+json\",\"digest\":\"sha256:$config\",\"size\":$config_size},\
\"layers\":[{\"mediaType\":\"$image.layer.v1.tar\",\"digest\":\"sha256:$layer\",\"size\":$layer_size}]}" \
    >"$output.manifest"
keep "$output.manifest"

printf '%s' "{\"schemaVersion\":2,\"mediaType\":\"$image.index.v1+json\",\"manifests\":[{\
\"mediaType\":\"$image.manifest.v1+json\",\"digest\":\"sha256:$digest\",\"size\":$size,\
\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/busybox:leafroot\",\
\"org.opencontainers.image.ref.name\":\"leafroot\"}}]}" >"$layout/index.json"
printf '%s' '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
printf '%s' "[{\"Config\":\"$blobs/$config\",\"RepoTags\":[\"busybox:leafroot\"],\
\"Layers\":[\"$blobs/$layer\"]}]" >"$layout/manifest.json"
pack "$layout" "$output" oci-layout index.json manifest.json blobs
