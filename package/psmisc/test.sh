# SPDX-License-Identifier: Apache-2.0
pstree -p 1 | grep 'init(1)'
sleep 77 &
killall -v sleep 2>&1 | grep '^Killed sleep('
