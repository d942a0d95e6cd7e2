# SPDX-License-Identifier: Apache-2.0
loads libsqlite3.so.0
sqlite3 base.db "create table t(a integer, b text); insert into t values (1, 'one'), (2, 'two');"
sqlite3 base.db 'select b from t where a = 2' | grep -x two
sqlite3 base.db 'pragma integrity_check' | grep -x ok
sqlite3 base.db "begin; insert into t values (3, 'three'); rollback; select count(*) from t" | grep -x 2
