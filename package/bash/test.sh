# SPDX-License-Identifier: Apache-2.0
bash -c 'a=(one two three); [[ ${a[1]} == two ]] && echo ${#a[@]}' | grep -x 3
bash -c 'shopt -s extglob; x=aaab; echo ${x/#+(a)/}' | grep -x b
