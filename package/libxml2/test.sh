# SPDX-License-Identifier: Apache-2.0
printf '<a><b>two</b></a>' >a.xml
xmllint --xpath 'string(/a/b)' a.xml | grep -x two
printf '<a><b></a>' >bad.xml
fails xmllint --noout bad.xml
