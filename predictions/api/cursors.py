"""Cursors of lists: opaque and signed, so that a client can neither read nor make one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.core import signing
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api.batch_schema import LIMIT, LIMIT_PARAMETER
from predictions.types import FieldError, InvalidInput, Json


def sealed(position: int, *, salt: str) -> str:
    """A cursor at `position`, good for the list that `salt` names alone."""
    return signing.dumps(position, salt=salt)


def reader(salt: str) -> Callable[[str, str], int]:
    """The parser of a cursor parameter, for queries.Query."""

    def read(name: str, text: str) -> int:
        try:
            return int(signing.loads(text, salt=salt))
        except signing.BadSignature as error:
            detail = _("Send next_cursor back unchanged, to the list that gave it.")
            raise InvalidInput([FieldError(f"/{name}", "invalid_cursor", detail)]) from error

    return read


def limit(name: str, text: str) -> int:
    """How many entries a page may have."""
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= LIMIT:
        return int(text)
    code = "out_of_range" if text.lstrip("+-").isdecimal() and text.isascii() else "wrong_type"
    detail = _("limit must be a whole number from 1 to %(most)d.") % {"most": LIMIT}
    raise InvalidInput([FieldError(f"/{name}", code, detail, {"limit": LIMIT_PARAMETER["default"]})])


def page(request: Request, data: list[Json], next_cursor: str | None, size: int) -> Response:
    """{data, next_cursor}, and the next page as a Link."""
    response = Response({"data": data, "next_cursor": next_cursor})
    if next_cursor is not None:
        query = urlencode({"cursor": next_cursor, "limit": size})
        response["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response
