"""The prediction systems, one module each; the registry imports them."""

from __future__ import annotations
