# SPDX-License-Identifier: Apache-2.0
lua -e 'print(string.rep("ab", 3))' | grep -x ababab
