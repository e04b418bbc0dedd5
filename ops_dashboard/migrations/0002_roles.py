"""What the console's roles may do with alerts: viewer looks, operator silences, owner edits and tests channels."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWER = {f"view_{model}" for model in ("alertstate", "alertevent", "alertchannel", "silence", "minutestat")}
OPERATOR = VIEWER | {"add_silence", "change_silence"}
OWNER = OPERATOR | {"add_alertchannel", "change_alertchannel", "delete_alertchannel", "test_alertchannel"}
ROLES = {"viewer": VIEWER, "operator": OPERATOR, "owner": OWNER}


def extend_roles(apps: Any, schema_editor: Any) -> None:
    """Permissions are made by post_migrate, which runs after the last migration: too late to give them to groups."""
    using = schema_editor.connection.alias
    create_permissions(installed.get_app_config("ops_dashboard"), verbosity=0, using=using, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    for name, wanted in ROLES.items():
        group, _made = groups.get_or_create(name=name)
        for codename in sorted(wanted):
            group.permissions.add(
                permissions.get(content_type__app_label="ops_dashboard", codename=codename)
            )


class Migration(migrations.Migration):
    dependencies = [
        ("ops_dashboard", "0001_initial"),
        ("wechat", "0002_roles"),
    ]

    operations = [migrations.RunPython(extend_roles, migrations.RunPython.noop)]
