# SPDX-License-Identifier: Apache-2.0
python3 -c 'import markupsafe._speedups; print(markupsafe.escape("<a>"))' | grep -F '&lt;a&gt;'
