# SPDX-License-Identifier: Apache-2.0
loads libexpat.so.1
