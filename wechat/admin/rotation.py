"""Rotating an account's token or EncodingAESKey without a gap, and without ever showing a stored one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from celestial_site.encryption import secret_print
from wechat.forms import RotationForm
from wechat.models import OfficialAccount

if TYPE_CHECKING:
    from wechat.admin.accounts import OfficialAccountAdmin

FORMER = {"token": "accept_tokens", "aes_key": "previous_aes_keys"}
LABELS = {"token": "Token", "aes_key": "EncodingAESKey"}


def token_view(admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount) -> HttpResponse:
    return _rotation_view(admin, request, account, "token")


def aes_key_view(admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount) -> HttpResponse:
    return _rotation_view(admin, request, account, "aes_key")


def _rotation_view(
    admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount, secret: str
) -> HttpResponse:
    if not admin.has_change_permission(request, account):
        raise PermissionDenied
    fixed = secret in account.environment_fields
    if request.method != "POST" or fixed:
        return _form_page(admin, request, account, secret, RotationForm(account, secret))
    if "finish" in request.POST:
        return _finish(admin, request, account, secret)
    form = RotationForm(account, secret, request.POST)
    if not form.is_valid():
        return _form_page(admin, request, account, secret, form)
    return _rotate(admin, request, account, secret, form)


def _form_page(
    admin: OfficialAccountAdmin,
    request: HttpRequest,
    account: OfficialAccount,
    secret: str,
    form: RotationForm,
) -> HttpResponse:
    prints = account.secret_prints()
    title = _("Change the %(secret)s") % {"secret": LABELS[secret]}
    return admin.account_page(
        request,
        account,
        "rotation.html",
        title,
        form=form,
        label=LABELS[secret],
        is_token=secret == "token",  # noqa: S105
        print=prints[secret],
        former=[secret_print(value) for value in getattr(account, FORMER[secret]).split()],
        fixed=secret in account.environment_fields,
        former_fixed=FORMER[secret] in account.environment_fields,
    )


def _rotate(
    admin: OfficialAccountAdmin,
    request: HttpRequest,
    account: OfficialAccount,
    secret: str,
    form: RotationForm,
) -> HttpResponse:
    value = form.cleaned_data["value"]
    had_former = bool(getattr(account, secret))
    if secret == "token":  # noqa: S105
        account.rotate_token(value)
    else:
        account.rotate_aes_key(value)
    fingerprint = secret_print(value)
    admin.log_change(
        request, account, _("%(secret)s changed.") % {"secret": f"{LABELS[secret]} ({fingerprint})"}
    )
    # Not a redirect: a generated value is in this one response and nowhere else.
    return admin.account_page(
        request,
        account,
        "rotation_done.html",
        _("%(secret)s changed") % {"secret": LABELS[secret]},
        label=LABELS[secret],
        is_token=secret == "token",  # noqa: S105
        generated=value if form.generated else "",
        print=fingerprint,
        had_former=had_former,
    )


def _finish(
    admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount, secret: str
) -> HttpResponse:
    """Remove the former values: from now on only the present one is accepted."""
    former = FORMER[secret]
    if former not in account.environment_fields and getattr(account, former):
        setattr(account, former, "")
        account.save(update_fields=[former])
        text = _("Former %(secret)s removed; only the present one is accepted.") % {"secret": LABELS[secret]}
        admin.log_change(request, account, text)
        notices.success(request, text)
    return HttpResponseRedirect(request.path)
