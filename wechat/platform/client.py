"""The calls of WeChat's API that the gateway makes, for one account.

A call with a refused token is repeated once, with the stored token when that is another one, else with a new one.
Nothing else is repeated here: what may be tried again, and when, is the caller's decision.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from wechat.models import OfficialAccount
from wechat.platform import metrics
from wechat.platform.errors import (
    Ambiguous,
    ContentRefused,
    PermissionMissing,
    PlatformError,
    TokenRefused,
    error_of,
)
from wechat.platform.tokens import current_token, give_up_token
from wechat.platform.transport import Request, exchange

log = logging.getLogger("wechat")

API_UNAUTHORIZED = 48001
CUSTOM_SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
NO_MENU = 46003


class PlatformClient:
    """Raises PlatformError of the kind that says what happened (wechat.platform.errors)."""

    def __init__(self, account: OfficialAccount) -> None:
        self.account = account

    def send_customer_message(self, openid: str, msg_type: str, content: Mapping[str, Any]) -> None:
        """Deliver one message. Ambiguous means that nobody knows whether it arrived: there is no key to ask by."""
        self._post(CUSTOM_SEND, {"touser": openid, "msgtype": msg_type, msg_type: dict(content)})

    def typing(self, openid: str, on: bool = True) -> None:
        """Show or end 正在输入, within 30 s of the person's message, for 15 s."""
        self._post(TYPING, {"touser": openid, "command": "Typing" if on else "CancelTyping"})

    def menu(self) -> dict[str, Any]:
        """The menus that the API made: {"menu": {"button": [...]}} and perhaps {"conditionalmenu": [...]}.

        ContentRefused 46003 when there is none.
        """
        with self._learning():
            return self._get("/cgi-bin/menu/get")

    def menus(self) -> dict[str, Any] | None:
        """The same, or None when there is none."""
        try:
            return self.menu()
        except ContentRefused as error:
            if error.errcode != NO_MENU:
                raise
            return None

    def current_menu(self) -> dict[str, Any] | None:
        """The default menu that the API made, {"button": [...]}, or None."""
        menus = self.menus()
        return dict(menus["menu"]) if menus else None

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        with self._learning():
            self._post("/cgi-bin/menu/create", menu)

    def delete_menu(self) -> None:
        """Deletes conditional menus too."""
        with self._learning():
            self._get("/cgi-bin/menu/delete")

    def add_conditional_menu(self, menu: Mapping[str, Any]) -> str:
        """A menu for the followers that its `matchrule` names; its id. It needs a default menu (65303)."""
        with self._learning():
            return str(self._post("/cgi-bin/menu/addconditional", menu)["menuid"])

    def delete_conditional_menu(self, menu_id: str) -> None:
        with self._learning():
            self._post("/cgi-bin/menu/delconditional", {"menuid": menu_id})

    def menu_for(self, user: str) -> dict[str, Any]:
        """What a follower's phone shows ({"button": [...]}); `user` is an OpenID or a WeChat id."""
        with self._learning():
            return self._post("/cgi-bin/menu/trymatch", {"user_id": user})

    def user_info(self, openid: str, lang: str = "zh_CN") -> dict[str, Any]:
        return self._get("/cgi-bin/user/info", {"openid": openid, "lang": lang})

    def callback_addresses(self) -> list[str]:
        """Where deliveries come from: addresses and CIDR blocks."""
        return list(self._get("/cgi-bin/getcallbackip").get("ip_list", []))

    def check_callback(self, action: str = "all", operator: str = "DEFAULT") -> dict[str, Any]:
        """WeChat's own check of our address: {"dns": [...], "ping": [...]}."""
        return self._post("/cgi-bin/callback/check", {"action": action, "check_operator": operator})

    def quota(self, path: str) -> dict[str, Any]:
        """{"quota": {"daily_limit", "used", "remain"}, "rate_limit": {...}} of the API at `path`."""
        return self._post("/cgi-bin/openapi/quota/get", {"cgi_path": path})

    def request_of_rid(self, rid: str) -> dict[str, Any]:
        """What WeChat kept of the request that it gave this rid."""
        return dict(self._post("/cgi-bin/openapi/rid/get", {"rid": rid}).get("request", {}))

    def clear_quota(self) -> None:
        """Ten times a month, together with the console."""
        self._post("/cgi-bin/clear_quota", {"appid": self.account.app_id})

    def clear_quota_without_token(self) -> None:
        """For when the calls that give a token are used up themselves."""
        body = {"appid": self.account.app_id, "appsecret": self.account.app_secret}
        _checked(exchange(Request("POST", "/cgi-bin/clear_quota/v2", {}, body)))

    @contextmanager
    def _learning(self) -> Iterator[None]:
        """Keep what a menu call shows of the account's right to menus; an answer about the menu itself shows it too."""
        try:
            yield
        except PermissionMissing as error:
            if error.errcode == API_UNAUTHORIZED:
                self._learn_menu_right(False)
            raise
        except ContentRefused:
            self._learn_menu_right(True)
            raise
        self._learn_menu_right(True)

    def _learn_menu_right(self, can: bool) -> None:
        """Once: each save ends the callback's cached account."""
        if self.account.can_manage_menu is can:
            return
        self.account.can_manage_menu = can
        self.account.save(update_fields=["can_manage_menu"])
        log.warning("the right to manage the menu was learned", extra={"can_manage_menu": can})

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._measured(Request("GET", path, query or {}))

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._measured(Request("POST", path, {}, body))

    def _measured(self, request: Request) -> dict[str, Any]:
        start = time.perf_counter()
        outcome = "crashed"
        try:
            answer = self._call(request)
            outcome = "ok"
            return answer
        except PlatformError as error:
            outcome = error.kind
            raise
        finally:
            metrics.calls.labels(request.path, outcome).inc()
            metrics.seconds.labels(request.path).observe(time.perf_counter() - start)

    def _call(self, request: Request) -> dict[str, Any]:
        token = current_token(self.account)
        try:
            return _checked(exchange(request, token.text))
        except TokenRefused:
            latest = current_token(self.account, refused=token)
        try:
            return _checked(exchange(request, latest.text))
        except TokenRefused as error:
            give_up_token(self.account, latest, error)
            raise


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer itself when it is a success. Raises ApiError."""
    errcode = answer.get("errcode", 0)
    if not isinstance(errcode, int):
        raise Ambiguous("an errcode that is no number")
    if errcode:
        raise error_of(errcode, str(answer.get("errmsg", "")))
    return answer
