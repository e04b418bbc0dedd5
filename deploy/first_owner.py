"""The first account of the console: made when there is none, its password printed once.

`--check` only says, by its exit code, whether there is one.
"""

from __future__ import annotations

import os
import secrets
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celestial_site.settings")


def main(arguments: list[str]) -> int:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    users = get_user_model()._default_manager
    exists = users.filter(is_superuser=True).exists()
    if exists or "--check" in arguments:
        return 0 if exists else 1
    password = secrets.token_urlsafe(12)
    owner = users.create_superuser(username="owner", password=password)  # type: ignore[attr-defined]
    owner.groups.set(Group.objects.filter(name="owner"))
    print(f"owner {password}")  # noqa: T201 - the caller shows it once
    return 0


if __name__ == "__main__":
    django.setup()
    sys.exit(main(sys.argv[1:]))
