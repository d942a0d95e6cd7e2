# SPDX-License-Identifier: Apache-2.0
loads libncursesw.so.6
for name in linux vt100 vt220 xterm xterm-256color screen tmux; do
    TERM=$name tput cols
    [ "$(TERM=$name tput cup 1 2 | wc -c)" -gt 3 ]
done
fails env TERM=none-such tput cols
