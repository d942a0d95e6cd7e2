# SPDX-License-Identifier: Apache-2.0
fio --name=a --filename=data --size=1M --rw=randread --bs=4k --ioengine=psync --output-format=terse | grep ';a;'
