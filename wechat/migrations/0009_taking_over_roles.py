"""Operators and owners talk to followers and keep the custom menu; viewers look."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

WANTED = {"talk_to_followers", "manage_menu"}


def give_roles(apps: Any, schema_editor: Any) -> None:
    """Permissions are made by post_migrate, which runs after the last migration: too late to give them to groups."""
    using = schema_editor.connection.alias
    create_permissions(installed.get_app_config("wechat"), verbosity=0, using=using, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    wanted = permissions.filter(content_type__app_label="wechat", codename__in=WANTED)
    for group in apps.get_model("auth", "Group").objects.using(using).filter(name__in=("operator", "owner")):
        group.permissions.add(*wanted)


class Migration(migrations.Migration):
    dependencies = [("wechat", "0008_taking_over")]

    operations = [migrations.RunPython(give_roles, migrations.RunPython.noop)]
