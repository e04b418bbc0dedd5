"""The Django project: settings, environment, middleware, logging, Celery and secrets at rest."""

from __future__ import annotations

from pathlib import Path
from tomllib import loads

__version__: str = loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]["version"]
