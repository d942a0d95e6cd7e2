# SPDX-License-Identifier: Apache-2.0
export TERM=linux LC_ALL=C.UTF-8
tmux -f /dev/null -L test new-session -d -x 80 -y 24 'echo hello; sleep 100'
sleep 2
tmux -L test capture-pane -p | grep -x hello
tmux -L test kill-server
