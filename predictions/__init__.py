"""The prediction engine: pure charts and readings, the language parser and the REST API around them."""

from __future__ import annotations
