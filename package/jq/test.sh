# SPDX-License-Identifier: Apache-2.0
echo '{"a": [1, {"b": "two"}]}' | jq -r '.a[1].b' | grep -x two
fails sh -c 'echo "{" | jq .'
