"""What an account can do: what WeChat's rules say of its kind, what was learned, and what is hidden because of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wechat.models import OfficialAccount
from wechat.models.account import Kind

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Capability:
    """One row: by the rules for the kinds 个人订阅号, 测试号 and 认证服务号, and for this account."""

    title: Words
    personal: bool
    test: bool
    service: bool
    known: bool | None
    state: Words
    effect: Words


def table_of(account: OfficialAccount) -> str:
    """The table, as it stands on the account's page."""
    return render_to_string(
        "admin/wechat/officialaccount/capabilities.html",
        {"rows": rows_of(account), "kind": account.get_kind_display() if account.kind else ""},
    )


def may_manage_menu(account: OfficialAccount) -> bool:
    """Whether asking WeChat for the menu is worth a try: the means are there, and nothing is known against it."""
    return _known(account, account.can_manage_menu) is not False


def rows_of(account: OfficialAccount) -> list[Capability]:
    return [
        Capability(
            _("answers within five seconds"),
            True,
            True,
            True,
            True,
            _("every account can"),
            "",
        ),
        _customer_messages(account),
        _menu(account),
        _desk(account),
    ]


def _customer_messages(account: OfficialAccount) -> Capability:
    known = _known(account, account.can_send_customer_messages)
    effects: dict[bool | None, Words] = {
        True: _("late answers and answers of staff go out at once, within 48 hours"),
        False: _("late answers and answers of staff are kept for the follower's next message"),
        None: _("tried with the first one; WeChat's answer is remembered"),
    }
    return Capability(
        _("customer messages"),
        False,
        True,
        True,
        known,
        _state(account, account.can_send_customer_messages),
        effects[known],
    )


def _menu(account: OfficialAccount) -> Capability:
    known = _known(account, account.can_manage_menu)
    effects: dict[bool | None, Words] = {
        True: _("the custom menu is read, pushed and deleted here"),
        False: _("pushing and deleting the menu are hidden; make it in the WeChat console"),
        None: _("tried with the first call; WeChat's answer is remembered"),
    }
    return Capability(
        _("custom menu by API"),
        False,
        True,
        True,
        known,
        _state(account, account.can_manage_menu),
        effects[known],
    )


def _desk(account: OfficialAccount) -> Capability:
    has = account.has_customer_service
    said = _("said by staff, above")
    effect = (
        _("人工 hands over to WeChat's customer service") if has else _("人工 leads to the waiting list here")
    )
    return Capability(_("customer service desk"), False, False, True, has, said, effect)


def _known(account: OfficialAccount, learned: bool | None) -> bool | None:
    """What was learned; before that, a personal account has neither right. Nothing goes without the means to ask."""
    if not (account.app_id and account.app_secret):
        return False
    return False if learned is None and account.kind == Kind.PERSONAL else learned


def _state(account: OfficialAccount, learned: bool | None) -> Words:
    if not (account.app_id and account.app_secret):
        return _("AppID or AppSecret is not set")
    if learned is None:
        return _("by its kind") if account.kind == Kind.PERSONAL else _("not known yet")
    return _("learned: WeChat allowed it") if learned else _("learned: WeChat refused it (48001)")
