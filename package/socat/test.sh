# SPDX-License-Identifier: Apache-2.0
socat TCP-LISTEN:7777,bind=127.0.0.1,reuseaddr EXEC:'echo hello' &
sleep 1
socat - TCP:127.0.0.1:7777 </dev/null | grep -x hello
