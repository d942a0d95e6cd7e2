# SPDX-License-Identifier: Apache-2.0
python3 -c 'import jinja2; print(jinja2.Environment(autoescape=True).from_string("{{ x }}-{% if y %}b{% endif %}").render(x="<", y=1))' |
    grep -Fx '&lt;-b'
