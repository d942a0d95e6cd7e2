# SPDX-License-Identifier: Apache-2.0
gawk 'BEGIN { print gensub(/(a)(b)/, "\\2\\1", 1, "xab") }' | grep -x xba
