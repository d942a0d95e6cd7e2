# SPDX-License-Identifier: Apache-2.0
htop --version | grep 3.4.1
htop --sort-key=help | grep PERCENT_CPU
