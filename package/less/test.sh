# SPDX-License-Identifier: Apache-2.0
less --version | grep 'less 668'
