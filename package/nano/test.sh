# SPDX-License-Identifier: Apache-2.0
nano --version | grep 'version 8.4'
