"""What the console's roles may see of batches and usage: everybody with a role sees the rows, which hold no birth data."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = ("viewer", "operator", "owner")


def allow(apps: Any, schema_editor: Any) -> None:
    """Permissions are made by post_migrate, which runs after the last migration: too late to give them to groups."""
    using = schema_editor.connection.alias
    create_permissions(installed.get_app_config("predictions"), verbosity=0, using=using, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    found = permissions.filter(content_type__app_label="predictions", codename__in=("view_batch", "view_apiusage"))
    for name in ROLES:
        group, _made = groups.get_or_create(name=name)
        group.permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("predictions", "0004_batches_and_usage")]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
