"""The console's roles as groups: viewer looks, operator also replays and switches modes, owner also sends and configures."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWED = (
    ("wechat", ("officialaccount", "modechange", "message", "attempt", "dedupfingerprint", "rejectionminute", "rejectionsample")),
    ("predictions", ("apikey",)),
    ("admin", ("logentry",)),
)
VIEWER = {(app, f"view_{model}") for app, models in VIEWED for model in models}
OPERATOR = VIEWER | {("wechat", "replay_message"), ("wechat", "switch_mode")}
OWNER = OPERATOR | {
    ("wechat", "resend_message"),
    ("wechat", "view_plaintext"),
    ("wechat", "add_officialaccount"),
    ("wechat", "change_officialaccount"),
    ("predictions", "add_apikey"),
    ("predictions", "change_apikey"),
}
ROLES = {"viewer": VIEWER, "operator": OPERATOR, "owner": OWNER}


def make_roles(apps: Any, schema_editor: Any) -> None:
    """Permissions are made by post_migrate, which runs after the last migration: too late to give them to groups."""
    using = schema_editor.connection.alias
    for app_label in ("wechat", "predictions", "admin"):
        create_permissions(installed.get_app_config(app_label), verbosity=0, using=using, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    for name, wanted in ROLES.items():
        group, _made = groups.get_or_create(name=name)
        for app_label, codename in sorted(wanted):
            group.permissions.add(permissions.get(content_type__app_label=app_label, codename=codename))


class Migration(migrations.Migration):
    dependencies = [
        ("wechat", "0001_initial"),
        ("predictions", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
