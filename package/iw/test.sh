# SPDX-License-Identifier: Apache-2.0
iw --version | grep 6.17
