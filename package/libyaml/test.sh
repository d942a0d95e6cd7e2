# SPDX-License-Identifier: Apache-2.0
loads libyaml.so
