"""Every role may look at what the account sends by itself."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def let_roles_look(apps: Any, schema_editor: Any) -> None:
    """Permissions are made by post_migrate, which runs after the last migration: too late to give them to groups."""
    using = schema_editor.connection.alias
    create_permissions(installed.get_app_config("wechat"), verbosity=0, using=using, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    look = permissions.get(content_type__app_label="wechat", codename="view_outboundmessage")
    for group in apps.get_model("auth", "Group").objects.using(using).filter(name__in=("viewer", "operator", "owner")):
        group.permissions.add(look)


class Migration(migrations.Migration):
    dependencies = [("wechat", "0003_outbox")]

    operations = [migrations.RunPython(let_roles_look, migrations.RunPython.noop)]
