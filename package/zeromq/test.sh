# SPDX-License-Identifier: Apache-2.0
loads libzmq.so.5
