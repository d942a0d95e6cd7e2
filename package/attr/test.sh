# SPDX-License-Identifier: Apache-2.0
touch file
setfattr -n user.colour -v green file
getfattr --only-values -n user.colour file | grep -x green
