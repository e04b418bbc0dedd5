"""Put a backup in place of the database's content, after it was decrypted, verified and compared."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from celestial_site import dumps, sealed_file


class Command(BaseCommand):
    help = (
        "Restore FILE into the configured database. A database with content is replaced only with --replace."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--replace", action="store_true", help="replace a database that has content")
        parser.add_argument("--dry-run", action="store_true", help="verify the file, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with tempfile.TemporaryDirectory(dir=settings.CELESTIAL_VAR, prefix=".restore-") as folder:
                plain = Path(folder) / "dump"
                header = sealed_file.unseal(options["file"], plain, settings.CELESTIAL_ENCRYPTION_KEYS)
                self._check(header, options)
                if options["dry_run"]:
                    self.stdout.write(f"{options['file']} is whole: {self._described(header)}")
                    return
                dumps.restore(plain)
        except (OSError, dumps.DumpError, sealed_file.DamagedBackup) as error:
            raise CommandError(f"nothing was restored: {error}") from error
        self._compare(header)
        call_command("migrate", verbosity=0)
        self.stdout.write(f"restored {self._described(header)}; every table has the rows of the backup")

    def _check(self, header: dict[str, Any], options: dict[str, Any]) -> None:
        if header["engine"] != dumps.engine():
            raise CommandError(f"the backup is of {header['engine']}, DATABASE_URL names {dumps.engine()}")
        if not options["dry_run"] and not options["replace"] and not dumps.is_empty():
            raise CommandError("the database has content; stop the services and add --replace to replace it")

    def _compare(self, header: dict[str, Any]) -> None:
        found = dumps.table_counts_of(header["rows"])
        wrong = {
            table: (rows, found[table]) for table, rows in header["rows"].items() if found[table] != rows
        }
        if wrong:
            raise CommandError(f"rows differ from the backup (table: backup, now): {wrong}")

    def _described(self, header: dict[str, Any]) -> str:
        return (
            f"backup of {header['created']}, version {header['version']}, {sum(header['rows'].values())} rows"
        )
