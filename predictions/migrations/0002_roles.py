"""What the console's roles may see of predictions: everybody the rows, the owner also the birth data in them."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = {
    "viewer": ("view_prediction",),
    "operator": ("view_prediction",),
    "owner": ("view_prediction", "view_personal_data"),
}


def allow(apps: Any, schema_editor: Any) -> None:
    """Permissions are made by post_migrate, which runs after the last migration: too late to give them to groups."""
    using = schema_editor.connection.alias
    create_permissions(installed.get_app_config("predictions"), verbosity=0, using=using, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    for name, codenames in ROLES.items():
        group, _made = groups.get_or_create(name=name)
        found = permissions.filter(content_type__app_label="predictions", codename__in=codenames)
        group.permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("predictions", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
