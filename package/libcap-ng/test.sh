# SPDX-License-Identifier: Apache-2.0
loads libcap-ng.so.0
loads libdrop_ambient.so.0
pscap -a | grep init
