# SPDX-License-Identifier: Apache-2.0
loads libpcre2-8.so.0
printf 'one\ntwo\n' | pcre2grep '^(?=t)\w+$' | grep -x two
