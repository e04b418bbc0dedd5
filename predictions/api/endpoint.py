"""What every endpoint does before and after its own few lines."""

from __future__ import annotations

import logging
import time
from typing import Any, cast

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from predictions.api import deprecation, metrics, throttling
from predictions.api.authentication import key_of
from predictions.api.deprecation import Deprecation
from predictions.api.parsers import invalid
from predictions.api.problems import Problem
from predictions.models import ApiKey, ApiUsage
from predictions.schemas import schema_errors
from predictions.types import FieldError, InvalidInput, Json

logger = logging.getLogger(__name__)


class Endpoint(APIView):
    """A keyed endpoint: method, key, rate, scope, query are checked in this order, then the body is read."""

    # None: any live key
    scope: str | None = "predict"
    # The query parameters that the endpoint knows
    parameters: tuple[str, ...] = ()
    # Whose use it is, and of which system: counted when the answer is known
    key: ApiKey | None = None
    system = ""
    deprecated_use: Deprecation | None = None
    # Of a request that names one; otherwise Accept-Language chooses
    error_language: str | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        started = time.perf_counter()
        response = super().dispatch(request, *args, **kwargs)
        if request.method == "HEAD" and isinstance(response, Response):
            response.add_post_render_callback(_without_body)
        route = request.resolver_match.url_name if request.resolver_match else None
        self._count_use(route or "none", response.status_code)
        metrics.observe(route or "none", request.method, response.status_code, time.perf_counter() - started)
        return response

    def _count_use(self, route: str, status: int) -> None:
        if self.key is None:
            return
        endpoint = route.removeprefix("api-")
        try:
            ApiUsage.add(self.key.pk, timezone.localdate(), endpoint, status, system=self.system)
        except DatabaseError as error:
            # The answer is made; it is worth more than its place in the statistics.
            logger.warning("a call was not counted: %s", type(error).__name__)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in self.allowed_methods:
            raise exceptions.MethodNotAllowed(request.method or "")
        if request.method == "OPTIONS":
            return
        super().initial(request, *args, **kwargs)
        self.check_query(request)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """The Allow header says it all, and needs no key."""
        return Response(status=204)

    def perform_authentication(self, request: Request) -> None:
        """A call counts as soon as its key is known, so that refused calls carry the headers too."""
        super().perform_authentication(request)
        if request.auth is None:
            return
        key = key_of(request)
        self.headers.setdefault("Cache-Control", "no-store")
        allowance = throttling.spend(key.pk, timezone.now())
        self.headers.update(allowance.headers() if allowance else {})
        if allowance and allowance.exceeded:
            detail = _("This key has used its %(limit)d calls of this minute; try again in %(reset)d s.")
            raise Problem(
                429,
                "rate_limited",
                detail % {"limit": allowance.limit, "reset": allowance.reset},
                headers={"Retry-After": str(allowance.reset)},
            )
        # Not before: what a flood repeats is refused without a write.
        self.key = key

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """What is deprecated says so in every answer, also in a refusal."""
        told = super().finalize_response(request, response, *args, **kwargs)
        found = deprecation.of_handler(self, request.method) or self.deprecated_use
        for name, value in (found.headers() if found else {}).items():
            told[name] = f"{told[name]}, {value}" if name == "Link" and told.has_header(name) else value
        return told

    def check_query(self, request: Request) -> None:
        """Unknown and repeated parameters are refused: a misspelt one would otherwise be ignored silently."""
        errors = []
        for name, values in request.query_params.lists():
            if name not in self.parameters:
                detail = _("There is no parameter %(name)s here.") % {"name": name[:40]}
                errors.append(FieldError(f"/{name[:40]}", "unknown_field", detail))
            elif len(values) > 1:
                detail = _("The parameter %(name)s is given more than once.") % {"name": name}
                errors.append(FieldError(f"/{name}", "bad_request", detail))
        if errors:
            raise Problem.of_errors(400, errors)

    def json_body(self, request: Request) -> object:
        """The request's body, whatever JSON it is."""
        if not int(request.META.get("CONTENT_LENGTH") or 0):
            raise invalid(_("The body is empty; send JSON with a Content-Length."))
        return request.data

    def valid_body(self, request: Request, schema: Json) -> Json:
        """The request's body, valid by `schema`."""
        body = self.json_body(request)
        if errors := schema_errors(schema, body, ""):
            raise InvalidInput(errors)
        self.deprecated_use = deprecation.of_body(schema, body)
        return cast(Json, body)


def _without_body(response: Response) -> None:
    """Servers drop the body of an answer to HEAD, but only with a warning; the length stays that of GET."""
    response["Content-Length"] = str(len(response.content))
    response.content = b""


class PublicEndpoint(Endpoint):
    """An endpoint that needs no key, so that its answers can be cached by anybody."""

    authentication_classes = []
    permission_classes = []
