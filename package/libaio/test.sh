# SPDX-License-Identifier: Apache-2.0
loads libaio.so.1
