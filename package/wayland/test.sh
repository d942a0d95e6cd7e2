# SPDX-License-Identifier: Apache-2.0
loads libwayland-client.so.0
loads libwayland-server.so.0
