# SPDX-License-Identifier: Apache-2.0
loads libjson-c.so.5
