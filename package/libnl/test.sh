# SPDX-License-Identifier: Apache-2.0
loads libnl-3.so.200
loads libnl-genl-3.so.200
loads libnl-route-3.so.200
loads libnl-nf-3.so.200
