# SPDX-License-Identifier: Apache-2.0
htop --version | grep 3.4.1
(sleep 2; printf q) | TERM=linux timeout 20 script -q -c htop /dev/null >screen || true
grep -a 'Tasks\|CPU\|Mem' screen || htop --sort-key=help
