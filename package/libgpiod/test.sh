# SPDX-License-Identifier: Apache-2.0
mkdir -p /sys/kernel/config
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
sim=/sys/kernel/config/gpio-sim/test
mkdir -p $sim/bank
echo 8 >$sim/bank/num_lines
mkdir $sim/bank/line3
echo door >$sim/bank/line3/name
echo 1 >$sim/live
chip=$(cat $sim/bank/chip_name)
gpiodetect | grep "^$chip .*(8 lines)"
gpioinfo door | grep door
echo pull-up >/sys/devices/platform/$(cat $sim/dev_name)/$chip/sim_gpio3/pull
gpioget --numeric door | grep -x 1
echo pull-down >/sys/devices/platform/$(cat $sim/dev_name)/$chip/sim_gpio3/pull
gpioget --numeric door | grep -x 0
echo 0 >$sim/live
