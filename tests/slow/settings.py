"""The product's settings with the slow system."""

from __future__ import annotations

from celestial_site.settings import *  # noqa: F403
from celestial_site.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.slow.apps.SlowConfig"]
