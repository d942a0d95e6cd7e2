# SPDX-License-Identifier: Apache-2.0
ptp4l -v | grep 4.2
pmc -v | grep 4.2
