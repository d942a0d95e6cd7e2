# SPDX-License-Identifier: Apache-2.0
memtester 1M 1
