# SPDX-License-Identifier: Apache-2.0
loads libmbedcrypto.so.16
loads libmbedx509.so.7
loads libmbedtls.so.21
