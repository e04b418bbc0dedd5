"""Switching an account's modes, and the list of who did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin as django_admin
from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from wechat.admin.evidence import EvidenceAdmin, local_time
from wechat.environment import SWITCH_OF
from wechat.forms import CHOICES, ModeForm
from wechat.models import ModeChange, OfficialAccount
from wechat.models.account import Verification

if TYPE_CHECKING:
    from wechat.admin.accounts import OfficialAccountAdmin

TITLES: dict[str, str | Promise] = {
    "service": _("Service: who is answered"),
    "verification": _("Verification: what is refused"),
    "encryption": _("Encryption: what is accepted and sent"),
}
RECENT = 20


def modes_view(admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount) -> HttpResponse:
    may_switch = request.user.has_perm("wechat.switch_mode")
    if request.method != "POST":
        return _page(admin, request, account, None, may_switch)
    switch = request.POST.get("switch", "")
    if not may_switch or switch not in CHOICES:
        raise PermissionDenied
    form = ModeForm(account, switch, request.POST)
    if not form.is_valid():
        return _page(admin, request, account, form, may_switch)
    if not form.is_confirmed:
        return _confirmation(admin, request, account, form)
    return _switch(admin, request, account, form)


def _page(
    admin: OfficialAccountAdmin,
    request: HttpRequest,
    account: OfficialAccount,
    bound: ModeForm | None,
    may_switch: bool,
) -> HttpResponse:
    now = timezone.now()
    sections = [
        {
            "title": TITLES[switch],
            "state": state_words(account, switch, now),
            "environment": _environment_words(account, switch),
            "form": bound if bound and bound.which == switch else ModeForm(account, switch),
        }
        for switch in CHOICES
    ]
    return admin.account_page(
        request,
        account,
        "modes.html",
        _t("Modes of %(account)s") % {"account": account},
        sections=sections,
        may_switch=may_switch,
        changes=ModeChange.objects.filter(account=account)[:RECENT],
    )


def state_words(account: OfficialAccount, switch: str, now: datetime) -> str:
    """The present state as a sentence; an expired lenient period is strict."""
    value = getattr(account, switch)
    if switch != "verification" or value != Verification.LENIENT:
        return str(dict(CHOICES[switch])[value])
    strict, lenient = Verification.STRICT.label, Verification.LENIENT.label
    if account.effective_verification(now) == Verification.STRICT:
        return _t("%(mode)s (the lenient period is over)") % {"mode": strict}
    until = timezone.localtime(account.verification_until).strftime("%Y-%m-%d %H:%M")
    return _t("%(mode)s — until %(until)s") % {"mode": lenient, "until": until}


def _environment_words(account: OfficialAccount, switch: str) -> str:
    """What the environment asked when it changed last, beside what was switched last."""
    for variable, name in SWITCH_OF.items():
        if name == switch and variable in account.environment_modes:
            seen = account.environment_modes[variable]
            at = parse_datetime(seen.get("seen_at", "")) or account.created
            return _t(
                "The environment asks for %(value)s (%(variable)s, first seen %(at)s). The last switch holds"
                " until the variable's value changes."
            ) % {
                "value": seen["value"],
                "variable": variable,
                "at": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
            }
    return ""


def _confirmation(
    admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount, form: ModeForm
) -> HttpResponse:
    value = form.cleaned_data["value"]
    return admin.account_page(
        request,
        account,
        "mode_confirm.html",
        _t("Confirm the switch"),
        form=form,
        value=value,
        effect=dict(CHOICES[form.which])[value],
        section=TITLES[form.which],
        wrong=bool(form.cleaned_data["typed"]),
    )


def _switch(
    admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount, form: ModeForm
) -> HttpResponse:
    before = getattr(account, form.which)
    form.apply(by=request.user.get_username(), request_id=getattr(request, "id", ""))
    text = f"{form.which}: {before} → {form.cleaned_data['value']} ({form.cleaned_data['reason']})"
    admin.log_change(request, account, text)
    notices.success(request, _t("Switched. It counts from the next message on, in every process."))
    return HttpResponseRedirect(request.path)


@django_admin.register(ModeChange)
class ModeChangeAdmin(EvidenceAdmin):
    list_display = ("when", "account", "switch", "before", "after", "by", "reason", "lasts_until")
    list_display_links = ("when",)
    list_filter = ("account", "switch", "at")
    list_select_related = ("account",)
    search_fields = ("by", "reason", "request_id")
    fields = ("account", "switch", "before", "after", "by", "reason", "at", "until", "request_id")

    @django_admin.display(description=_("at"), ordering="at")
    def when(self, change: ModeChange) -> SafeString | str:
        return local_time(change.at)

    @django_admin.display(description=_("until"))
    def lasts_until(self, change: Any) -> SafeString | str:
        return local_time(change.until)
