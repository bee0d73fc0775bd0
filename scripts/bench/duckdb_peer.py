"""DuckDB's Python package as a peer: one request a line on standard input, one answer
a line on standard output, both JSON. A request is {"sql": ...}; with "text" the answer
has the rows, each value as DuckDB's text. Settings are DuckDB's own defaults."""

import json
import os
import sys
import time

import duckdb

answers = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # DuckDB draws a bar of its progress there
connection = duckdb.connect()
for line in sys.stdin:
    request = json.loads(line)
    try:
        start = time.perf_counter()
        rows = connection.execute(request["sql"]).fetchall()
        answer = {"seconds": time.perf_counter() - start}
        if request.get("text"):
            answer["rows"] = rows
    except duckdb.Error as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), file=answers, flush=True)
