"""Back the database up: dumped while in use, checked, encrypted, verified, old ones rotated away."""

from __future__ import annotations

import re
import tempfile
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from celestial_site import __version__, dumps, sealed_file

NAME = "celestial-%Y%m%dT%H%M%SZ.celbak"
_NAMED = re.compile(r"celestial-\d{8}T\d{6}Z\.celbak")
DAILY, WEEKLY, MONTHLY = 7, 4, 6


class Command(BaseCommand):
    help = (
        "Write an encrypted, verified backup into DIR and keep 7 daily, 4 weekly and 6 monthly ones."
        " It opens with CELESTIAL_ENCRYPTION_KEYS alone: keep those keys elsewhere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        now = datetime.now(UTC)
        target = folder / now.strftime(NAME)
        if options["dry_run"]:
            self.stdout.write(f"Would write {target}")
            return
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            counts = self._write(target, now)
        except (OSError, dumps.DumpError, sealed_file.DamagedBackup) as error:
            raise CommandError(f"no backup was made: {error}") from error
        (settings.CELESTIAL_VAR / "last_backup").touch()
        for old in superseded(folder, now):
            old.unlink()
            self.stderr.write(f"removed {old.name}")
        self.stdout.write(f"{target} ({target.stat().st_size} bytes, {sum(counts.values())} rows, verified)")

    def _write(self, target: Path, now: datetime) -> dict[str, int]:
        """Dump, seal, and open the sealed file again: an untested backup is a wish."""
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            plain, opened = Path(folder) / "dump", Path(folder) / "opened"
            counts = dumps.dump(plain)
            header = {
                "engine": dumps.engine(),
                "created": now.isoformat(),
                "version": __version__,
                "rows": counts,
            }
            sealed_file.seal(plain, target, header, settings.CELESTIAL_ENCRYPTION_KEYS[0])
            try:
                sealed_file.unseal(target, opened, settings.CELESTIAL_ENCRYPTION_KEYS)
            except sealed_file.DamagedBackup:
                target.unlink()
                raise
        return counts


def superseded(folder: Path, now: datetime) -> list[Path]:
    """The backups that rotation lets go: all but the newest of each of the last days, weeks and months."""
    kept: set[Path] = set()
    backups = sorted((path for path in folder.iterdir() if _NAMED.fullmatch(path.name)), reverse=True)
    for limit, grain, label in ((DAILY, 1, "%Y%m%d"), (WEEKLY, 7, "%G%V"), (MONTHLY, 31, "%Y%m")):
        newest: dict[str, Path] = {}
        for path in backups:
            made = datetime.strptime(path.name, NAME).replace(tzinfo=UTC)
            if made >= now - timedelta(days=limit * grain):
                newest.setdefault(made.strftime(label), path)
        kept.update(newest.values())
    return [path for path in backups if path not in kept and path != backups[0]]
