# SPDX-License-Identifier: Apache-2.0
touch file
setfacl -m u:1000:r file
getfacl -n file | grep -x user:1000:r--
