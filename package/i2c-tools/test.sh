# SPDX-License-Identifier: Apache-2.0
i2cdetect -V 2>&1 | grep 4.4
i2cdetect -l
loads libi2c.so.0
