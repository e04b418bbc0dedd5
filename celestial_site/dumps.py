"""A consistent copy of the database while it is in use, and the way back; SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction


class DumpError(Exception):
    """The database could not be dumped or restored; the text says why."""


def engine() -> str:
    """sqlite or postgresql, as a backup's header names it."""
    return str(connection.vendor)


def table_counts_of(tables: Iterable[str]) -> dict[str, int]:
    """Rows by table: what a restore is compared with."""
    with connection.cursor() as cursor:
        return {table: _count(cursor, table) for table in tables}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608 - names of our own tables
    return int(cursor.fetchone()[0])


def dump(target: Path) -> dict[str, int]:
    """Write the database to `target` and check the copy; rows by table, as the copy has them."""
    return _dump_sqlite(target) if engine() == "sqlite" else _dump_postgresql(target)


def restore(source: Path) -> None:
    """Put the dump in place of the database's content."""
    connection.close()
    if engine() == "sqlite":
        _check_sqlite(source)
        # SQLite's own copy: readers see the old content until it is complete.
        with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(_name())) as live:
            copy.backup(live)
    else:
        _run(
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "-d",
            _name(),
            str(source),
        )


def is_empty() -> bool:
    """Whether the database has no message, account or user yet."""
    known = set(connection.introspection.table_names())
    kept = ("wechat_officialaccount", "wechat_message", "auth_user")
    with connection.cursor() as cursor:
        for table in known.intersection(kept):
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - names of our own tables
            if cursor.fetchone():
                return False
    return True


def _tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models()}


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _dump_sqlite(target: Path) -> dict[str, int]:
    # VACUUM INTO copies one consistent state while others write; cp would tear a WAL.
    with closing(sqlite3.connect(_name())) as live:
        live.execute("VACUUM INTO ?", [str(target)])
    return _check_sqlite(target)


def _check_sqlite(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as copy:
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise DumpError(f"the copy is damaged: {verdict}")
        tables = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        cursor = copy.cursor()
        return {table: _count(cursor, table) for table in sorted(_tables().intersection(tables))}


def _dump_postgresql(target: Path) -> dict[str, int]:
    # One snapshot for the dump and for the counts that the restore is compared with.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # The callback's limits would end a long dump.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = f"--snapshot={cursor.fetchone()[0]}"
        known = connection.introspection.table_names(cursor)
        counts = {table: _count(cursor, table) for table in sorted(_tables().intersection(known))}
        _run("pg_dump", "--format=custom", "--no-owner", snapshot, "-f", str(target), _name())
    listed = _run("pg_restore", "--list", str(target))
    if "TABLE DATA" not in listed:
        raise DumpError("the dump holds no table")
    return counts


def _run(program: str, *arguments: str) -> str:
    if not shutil.which(program):
        raise DumpError(f"{program} is missing; install PostgreSQL's client programs")
    done = subprocess.run(  # noqa: S603 - fixed programs, our own arguments
        [program, *arguments], env=os.environ | _access(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DumpError(f"{program}: {done.stderr.strip()[-500:]}")
    return done.stdout


def _access() -> dict[str, str]:
    """Host, user and password in the environment, where `ps` does not show them."""
    config: dict[str, Any] = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return {variable: str(config[key]) for variable, key in names.items() if config.get(key)}
