# SPDX-License-Identifier: Apache-2.0
bluetoothctl --version | grep 5.82
loads libbluetooth.so.3
