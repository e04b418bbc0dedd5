"""The one rendering: canonical JSON, so that equal answers are equal bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from predictions.types import canonical_json


class CanonicalJSONRenderer(JSONRenderer):
    """Sorted members, no blanks, characters unescaped."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else canonical_json(data).encode()
