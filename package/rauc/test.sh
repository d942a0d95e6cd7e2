# SPDX-License-Identifier: Apache-2.0
rauc --version | grep 1.13
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=door -days 3650
mkdir bundle
printf '[update]\ncompatible=door\nversion=1\n[bundle]\nformat=plain\n[image.rootfs]\nfilename=root.img\n' >bundle/manifest.raucm
truncate -s 64K bundle/root.img
rauc bundle --cert=cert.pem --key=key.pem bundle update.raucb
rauc info --keyring=cert.pem update.raucb | grep "Compatible: *'door'"
