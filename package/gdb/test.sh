# SPDX-License-Identifier: Apache-2.0
sleep 100 &
gdbserver --once 127.0.0.1:2345 --attach $! >log 2>&1 &
sleep 2
# A packet of the remote protocol: what is supported? The answer begins with a plus, and has a list.
printf '$qSupported#37' | nc -w 5 127.0.0.1 2345 | grep PacketSize
