"""The callback's writes as constant SQL, built once from the models, the same on SQLite and PostgreSQL.

Model.save() and QuerySet.update() build their statement anew for each message, which took half of the time that the
server spends on one. A column that a statement forgets is an error at import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from threading import RLock

from django.db import connection, models, transaction

_one_writer = RLock()


def insert_sql(model: type[models.Model], columns: Iterable[str]) -> str:
    """INSERT of one row: `columns` are all that the database doesn't fill in itself."""
    names = tuple(columns)
    fields = model._meta.concrete_fields
    needed = {field.attname for field in fields if not isinstance(field, models.AutoField)}
    if needed != set(names):
        raise AssertionError(f"{model.__name__}: {needed ^ set(names)} in the table or the statement only")
    marks = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {model._meta.db_table} ({_quoted(names)}) VALUES ({marks})"  # noqa: S608 - our own names


def update_sql(model: type[models.Model], columns: Iterable[str], condition: str) -> str:
    """UPDATE of `columns` where `condition` holds."""
    names = tuple(columns)
    for name in names:
        model._meta.get_field(name)
    assignments = ", ".join(f'"{name}" = %s' for name in names)
    return f"UPDATE {model._meta.db_table} SET {assignments} WHERE {condition}"  # noqa: S608 - our own names


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@contextmanager
def write_transaction() -> Iterator[None]:
    """transaction.atomic(), for which the threads of this process queue where the database has one writer.

    SQLite lets a second writer sleep for a millisecond or more and look again; a lock wakes it at once.
    """
    with _one_writer if connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
        yield
