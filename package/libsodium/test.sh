# SPDX-License-Identifier: Apache-2.0
loads libsodium.so.23
