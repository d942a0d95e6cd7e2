# SPDX-License-Identifier: Apache-2.0
loads libevent-2.1.so.7
