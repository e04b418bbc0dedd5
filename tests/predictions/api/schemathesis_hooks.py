"""What schemathesis sends through gunicorn, which refuses some requests before the application sees them."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.hook
def map_headers(context: Any, headers: Any) -> Any:
    """Without underscores in names: deploy/gunicorn.conf.py refuses those (they could pose as another header), with a
    page of its own, since no application knows of the request yet."""
    return {name: value for name, value in headers.items() if "_" not in name} if headers else headers
