# SPDX-License-Identifier: Apache-2.0
ls /usr/lib/libyaml*.so* && loads libyaml.so
