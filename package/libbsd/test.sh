# SPDX-License-Identifier: Apache-2.0
loads libbsd.so.0
