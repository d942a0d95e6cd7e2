# SPDX-License-Identifier: Apache-2.0
loads libgio-2.0.so.0
loads libgobject-2.0.so.0
gio info /etc/passwd | grep passwd
