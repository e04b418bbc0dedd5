"""The custom menu of an account: read from WeChat, edited with a preview, pushed and deleted.

The menu lives at WeChat and nowhere else, so that nobody edits a copy that is out of date; `wechat_menu` is the twin.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t

from wechat.admin.capabilities import may_manage_menu
from wechat.admin.menu_form import MenuForm
from wechat.models import OfficialAccount
from wechat.platform.client import PlatformClient
from wechat.platform.errors import PlatformError
from wechat.platform.menu import problems_of, same

if TYPE_CHECKING:
    from wechat.admin.accounts import OfficialAccountAdmin

MANAGE = "wechat.manage_menu"
Menu = Mapping[str, Any]


def menu_view(admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount) -> HttpResponse:
    """The page; a POST shows a preview, reads the menu again, pushes or deletes it."""
    if request.method == "POST" and not (request.user.has_perm(MANAGE) and may_manage_menu(account)):
        raise PermissionDenied
    try:
        current = current_menu(account)
    except PlatformError as error:
        notices.error(request, f"{error.sentence} ({error.cause})")
        return _page(admin, request, account, None, _form(request, None), can_push=False)
    form = _form(request, current)
    if request.method != "POST" or "pull" in request.POST:
        return _page(admin, request, account, current, MenuForm(menu=current))
    if request.POST.get("seen") != digest_of(current):
        notices.warning(
            request, _t("The menu at WeChat was changed since this page was opened; nothing was done.")
        )
        return _page(admin, request, account, current, form)
    if "delete" in request.POST:
        return _changed(admin, request, account, current, None)
    if form.is_valid() and "push" in request.POST:
        return _changed(admin, request, account, current, form.menu())
    return _page(admin, request, account, current, form)


def current_menu(account: OfficialAccount) -> Menu | None:
    """The menu at WeChat; None when there is none, or no way to ask. Raises PlatformError."""
    return PlatformClient(account).current_menu() if may_manage_menu(account) else None


def digest_of(menu: Menu | None) -> str:
    """Names a menu, so that two people don't overwrite each other's unseen."""
    return hashlib.sha256(json.dumps(menu, sort_keys=True).encode()).hexdigest()[:16]


def _form(request: HttpRequest, current: Menu | None) -> MenuForm:
    return MenuForm(request.POST if request.method == "POST" else None, current)


def _changed(
    admin: OfficialAccountAdmin,
    request: HttpRequest,
    account: OfficialAccount,
    current: Menu | None,
    menu: Menu | None,
) -> HttpResponse:
    """Push `menu`, or delete what is there for None; the page is read anew afterwards."""
    client = PlatformClient(account)
    try:
        if menu is None:
            client.delete_menu()
            said = _t("Deleted the custom menu")
        elif current is not None and same(current, menu):
            notices.info(request, _t("The menu at WeChat is this one already."))
            return HttpResponseRedirect(request.path)
        else:
            client.create_menu(menu)
            said = _t("Pushed the custom menu (%(number)d buttons)") % {"number": len(menu["button"])}
    except PlatformError as error:
        notices.error(request, f"{error.sentence} ({error.cause})")
        return _page(admin, request, account, current, _form(request, current))
    admin.log_change(request, account, said)
    notices.success(request, _t("Done. Phones show it within five minutes."))
    return HttpResponseRedirect(request.path)


def _page(
    admin: OfficialAccountAdmin,
    request: HttpRequest,
    account: OfficialAccount,
    current: Menu | None,
    form: MenuForm,
    *,
    can_push: bool = True,
) -> HttpResponse:
    draft = form.menu() if form.is_bound and form.is_valid() else None
    able = may_manage_menu(account)
    return admin.account_page(
        request,
        account,
        "menu.html",
        _t("Custom menu of %(account)s") % {"account": account},
        current=current,
        seen=digest_of(current),
        form=form,
        draft=draft,
        differs=draft is not None and not (current is not None and same(current, draft)),
        refused=problems_of(draft) if draft else [],
        able=able,
        may_manage=able and can_push and request.user.has_perm(MANAGE),
    )
