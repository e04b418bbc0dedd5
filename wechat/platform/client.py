"""The calls of WeChat's API that the gateway makes, for one account.

A call with a refused token is repeated once, with the stored token when that is another one, else with a new one.
Nothing else is repeated here: what may be tried again, and when, is the caller's decision.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from wechat.models import OfficialAccount
from wechat.platform import metrics
from wechat.platform.errors import Ambiguous, ContentRefused, PlatformError, TokenRefused, error_of
from wechat.platform.tokens import current_token, give_up_token
from wechat.platform.transport import Request, exchange

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
        """The menu that the API made: {"menu": {"button": [...]}}; ContentRefused 46003 when there is none."""
        return self._get("/cgi-bin/menu/get")

    def current_menu(self) -> dict[str, Any] | None:
        """The menu that the API made, {"button": [...]}, or None."""
        try:
            return dict(self.menu()["menu"])
        except ContentRefused as error:
            if error.errcode != NO_MENU:
                raise
            return None

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        self._post("/cgi-bin/menu/create", menu)

    def delete_menu(self) -> None:
        """Deletes conditional menus too."""
        self._get("/cgi-bin/menu/delete")

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
