# SPDX-License-Identifier: Apache-2.0
python3 -c 'import yaml; print(yaml.safe_load("a: [1, two]"))' | grep -F "{'a': [1, 'two']}"
# The parser in C.
python3 -c 'import yaml; print(yaml.load("b: 2", yaml.CSafeLoader))' | grep -F "{'b': 2}"
