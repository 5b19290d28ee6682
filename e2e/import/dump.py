#!/usr/bin/env python3
"""Writes every cell of every row of an SQLite database of airis, in an order that only the rows decide.

    dump.py FILE

What each database makes for itself is left out: when it was set up, and the words for searching.
"""
import sqlite3
import sys

MADE_ANEW = ("schema_migration", "chat_text", "chat_unsearched", "sqlite_schema", "sqlite_temp_schema")

with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as database:
    tables = database.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name")
    for (table,) in tables.fetchall():
        if table in MADE_ANEW or table.startswith("sqlite_"):
            continue
        columns = sorted(row[1] for row in database.execute(f'PRAGMA table_info("{table}")'))
        cells = " || ' ' || ".join(f"'{column}=' || quote(\"{column}\")" for column in columns)
        for row in sorted(row[0] for row in database.execute(f'SELECT {cells} FROM "{table}"')):
            sys.stdout.buffer.write(f"{table}: {row}\n".encode())
