# SPDX-License-Identifier: Apache-2.0
printf '/dts-v1/; / { model = "door"; };' >a.dts
dtc -I dts -O dtb -o a.dtb a.dts
fdtget a.dtb / model | grep -x door
