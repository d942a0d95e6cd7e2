# SPDX-License-Identifier: Apache-2.0
loads libi2c.so.0
i2cdetect -V 2>&1 | grep 4.4
i2cdetect -y 77 2>&1 | grep 'Could not open file .*/dev/i2c-77.*: No such file'
