# SPDX-License-Identifier: Apache-2.0
screen --version | grep 4.09.00
TERM=linux screen -d -m -S test sleep 50
sleep 1
screen -ls | grep test
screen -S test -X quit
