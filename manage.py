#!/usr/bin/env python3
"""Django's command line; a wrong setting is one clear line, not a traceback."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celestial_site.settings")
    # The folder belongs to the web workers: what a command counts would stand in their sums for ever.
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run `make run` once, then use .venv/bin/python manage.py …")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
