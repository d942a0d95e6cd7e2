# SPDX-License-Identifier: Apache-2.0
loads libtss2-esys.so.0
loads libtss2-sys.so.1
loads libtss2-tctildr.so.0
