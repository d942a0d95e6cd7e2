# SPDX-License-Identifier: Apache-2.0
loads libusb-1.0.so.0
