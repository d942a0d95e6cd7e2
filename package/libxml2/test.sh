# SPDX-License-Identifier: Apache-2.0
printf '<a><b>two</b></a>' >a.xml
xmllint --xpath 'string(/a/b)' a.xml | grep -x two
fails xmllint --noout --html /dev/null/none
