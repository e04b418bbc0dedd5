"""`Authorization: Bearer cel_…` and the scope that an endpoint asks for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from predictions.models import ApiKey, KeyRefused

CHALLENGE = 'Bearer realm="api"'


class ApiKeyAuthentication(BaseAuthentication):
    """`request.auth` is the ApiKey; there is no user behind it."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _blank, text = header.partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationFailed(_("Write Authorization: Bearer, a blank and the API key."))
        try:
            return None, ApiKey.admit(text.strip(), timezone.now())
        except KeyRefused as refused:
            raise AuthenticationFailed(str(refused)) from refused

    def authenticate_header(self, request: Request) -> str:
        given = request.META.get("HTTP_AUTHORIZATION")
        return f'{CHALLENGE}, error="invalid_token"' if given else CHALLENGE


def key_of(request: Request) -> ApiKey:
    """The key of a call that HasScope let through."""
    key = request.auth
    assert isinstance(key, ApiKey)
    return key


class HasScope(BasePermission):
    """The key has the scope that the view names."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        if view.scope and view.scope not in key.scopes:
            raise PermissionDenied(_("This API key lacks the scope %(scope)s.") % {"scope": view.scope})
        return True
