# SPDX-License-Identifier: Apache-2.0
loads libyajl.so.2
printf '[1,2]' | json_reformat -m | grep -F '[1,2]'
