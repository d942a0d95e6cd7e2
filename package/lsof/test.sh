# SPDX-License-Identifier: Apache-2.0
sleep 100 <"$0" &
lsof -p $! | grep "$0"
kill $!
