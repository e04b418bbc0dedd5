"""Every role may look at followers and at what staff wrote; operators write rules and texts and block followers.

A rule is switched off, not deleted: what an account answered can still be explained then.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWER = {"view_follower", "view_keywordrule", "view_accounttexts"}
OPERATOR = VIEWER | {
    "add_keywordrule",
    "change_keywordrule",
    "add_accounttexts",
    "change_accounttexts",
    "change_follower",
}
ROLES = {"viewer": VIEWER, "operator": OPERATOR, "owner": OPERATOR}


def give_roles(apps: Any, schema_editor: Any) -> None:
    """Permissions are made by post_migrate, which runs after the last migration: too late to give them to groups."""
    using = schema_editor.connection.alias
    create_permissions(installed.get_app_config("wechat"), verbosity=0, using=using, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    for name, wanted in ROLES.items():
        for group in groups.filter(name=name):
            group.permissions.add(*permissions.filter(content_type__app_label="wechat", codename__in=wanted))


class Migration(migrations.Migration):
    dependencies = [("wechat", "0005_follower")]

    operations = [migrations.RunPython(give_roles, migrations.RunPython.noop)]
