# SPDX-License-Identifier: Apache-2.0
loads libseccomp.so.2
