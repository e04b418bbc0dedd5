"""Operations as an app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpsDashboardConfig(AppConfig):
    name = "ops_dashboard"
    verbose_name = _("Operations")
