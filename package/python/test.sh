# SPDX-License-Identifier: Apache-2.0
python3 -c 'import ssl, sqlite3, ctypes, json, asyncio; print(ssl.OPENSSL_VERSION)' | grep 'OpenSSL 3'
python3 -c '
import sqlite3
base = sqlite3.connect("base.db")
base.execute("create table t (a)")
base.execute("insert into t values (42)")
base.commit()'
python3 -c 'import sqlite3; print(sqlite3.connect("base.db").execute("select a from t").fetchone()[0])' | grep -x 42
python3 -c 'import ctypes; print(ctypes.CDLL(None).getpid() > 0)' | grep -x True
