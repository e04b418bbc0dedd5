"""The APIs behind the HTTP server: path -> answer, with WeChat's checks and errcodes."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.platform_server.followers import Line

if TYPE_CHECKING:
    from tests.platform_server.platform import Call, LocalPlatform

TEXT_LIMIT = 2048
MESSAGE_BEFORE_TYPING = 30  # seconds
OPERATORS = ("CHINANET", "UNICOM", "CAP", "DEFAULT")
_menu_ids = itertools.count(208379533)
MESSAGE_TYPES = {
    "text",
    "image",
    "voice",
    "video",
    "music",
    "news",
    "mpnewsarticle",
    "msgmenu",
    "miniprogrampage",
}
Answer = dict[str, Any]


class Refused(Exception):
    """An errcode as the answer."""

    def __init__(self, errcode: int, errmsg: str = "") -> None:
        super().__init__(errcode)
        self.errcode, self.errmsg = errcode, errmsg or "refused"


def answer(platform: LocalPlatform, call: Call) -> Answer:
    """What the call answers; raises Refused."""
    handler = WITHOUT_TOKEN.get(call.path)
    if handler is None:
        handler = WITH_TOKEN.get(call.path)
        if handler is None:
            raise Refused(40066, "invalid url")
        verdict = platform.tokens.verdict(call.query.get("access_token", ""))
        if verdict:
            raise Refused(verdict, "invalid credential, access_token is invalid or not latest")
        if call.path.startswith("/cgi-bin/menu/") and not platform.may_manage_menu:
            raise Refused(48001, "api unauthorized")
        platform.count(call.path)
    return (
        {"errcode": 0, "errmsg": "ok"} | handler(platform, call)
        if call.path in SAYING_OK
        else handler(platform, call)
    )


def members(call: Call) -> Answer:
    """The JSON body: an object in UTF-8 without escapes."""
    if b"\\u" in call.body:
        raise Refused(
            40033, "invalid charset. please check your request, if include \\uxxxx will create fail!"
        )
    try:
        body = json.loads(call.body.decode("utf-8"))
    except ValueError as error:
        raise Refused(47001, "data format error") from error
    if not isinstance(body, dict):
        raise Refused(47001, "data format error")
    return body


def credentials(platform: LocalPlatform, app_id: object, secret: object) -> None:
    if platform.credential_errcode:
        errmsg = platform.credential_errmsg or "refused"
        raise Refused(platform.credential_errcode, errmsg)
    if app_id != platform.app_id:
        raise Refused(40013, "invalid appid")
    if secret != platform.app_secret:
        raise Refused(40125, "invalid appsecret")


def stable_token(platform: LocalPlatform, call: Call) -> Answer:
    body = members(call)
    if body.get("grant_type") != "client_credential":
        raise Refused(40002, "invalid grant_type")
    credentials(platform, body.get("appid"), body.get("secret"))
    issued = platform.tokens.stable(bool(body.get("force_refresh")))
    if isinstance(issued, int):
        raise Refused(issued, "force refresh refused")
    return {"access_token": issued[0], "expires_in": issued[1]}


def ordinary_token(platform: LocalPlatform, call: Call) -> Answer:
    if call.query.get("grant_type") != "client_credential":
        raise Refused(40002, "invalid grant_type")
    credentials(platform, call.query.get("appid"), call.query.get("secret"))
    text, seconds = platform.tokens.ordinary()
    return {"access_token": text, "expires_in": seconds}


def custom_send(platform: LocalPlatform, call: Call) -> Answer:
    if not platform.may_send:
        raise Refused(48001, "api unauthorized")
    body = members(call)
    kind, follower = body.get("msgtype"), platform.followers.get(str(body.get("touser")))
    if follower is None:
        raise Refused(40003, "invalid openid")
    if kind not in MESSAGE_TYPES:
        raise Refused(40008, "invalid message type")
    text = shown_text(str(kind), body.get(kind))
    refusal = follower.take()
    if refusal:
        raise Refused(refusal, "response out of time limit or subscription is canceled")
    follower.chat.append(Line("customer", text, kind=str(kind), content=body[str(kind)]))
    return {}


def shown_text(kind: str, content: object) -> str:
    """What the phone shows of it."""
    if not isinstance(content, dict) or not content:
        raise Refused(44004, "empty content")
    if kind != "text":
        return json.dumps(content, ensure_ascii=False)
    text = content.get("content")
    if not isinstance(text, str) or not text:
        raise Refused(44004, "empty content")
    if len(text.encode()) > TEXT_LIMIT:
        raise Refused(45002, "content size out of limit")
    return text


def typing(platform: LocalPlatform, call: Call) -> Answer:
    body = members(call)
    if body.get("command") not in ("Typing", "CancelTyping"):
        raise Refused(45072, "command invalid")
    follower = platform.followers.get(str(body.get("touser")))
    if follower is None:
        raise Refused(40003, "invalid openid")
    since = time.time() - MESSAGE_BEFORE_TYPING
    if not any(line.way == "follower" and line.at > since for line in follower.chat):
        raise Refused(45080, "no user message in 30 s")
    if body["command"] == "Typing" and platform.is_typing(follower.openid):
        raise Refused(45081, "typing already")
    platform.typing.append((follower.openid, body["command"]))
    platform.typing_since.pop(follower.openid, None)
    if body["command"] == "Typing":
        platform.typing_since[follower.openid] = time.time()
    return {}


def menu_create(platform: LocalPlatform, call: Call) -> Answer:
    body = members(call)
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(40016, "invalid button size")
    if any(len(str(button.get("name", "")).encode()) > 16 for button in buttons):
        raise Refused(40018, "invalid button name size")
    if any(len(button.get("sub_button", [])) > 5 for button in buttons):
        raise Refused(40023, "invalid sub button size")
    # WeChat gives every button a list of sub-buttons, empty or not.
    platform.menu = {"button": [{**button, "sub_button": button.get("sub_button", [])} for button in buttons]}
    return {}


def menu_get(platform: LocalPlatform, _call: Call) -> Answer:
    if platform.menu is None:
        raise Refused(46003, "menu no exist")
    conditional = [{**menu, "menuid": int(name)} for name, menu in platform.conditional.items()]
    return {"menu": platform.menu} | ({"conditionalmenu": conditional} if conditional else {})


def menu_delete(platform: LocalPlatform, _call: Call) -> Answer:
    platform.menu = None
    platform.conditional.clear()
    return {}


def menu_add_conditional(platform: LocalPlatform, call: Call) -> Answer:
    body = members(call)
    if platform.menu is None:
        raise Refused(65303, "there is no selfmenu, please create selfmenu first")
    if not isinstance(body.get("matchrule"), dict) or not any(body["matchrule"].values()):
        raise Refused(65304, "match rule empty")
    if not body.get("button"):
        raise Refused(65307, "conditional menu is empty")
    menu_id = str(next(_menu_ids))
    # WeChat names every member of a rule, also those that were not given.
    rule = {"tag_id": "", "client_platform_type": "", **body["matchrule"]}
    platform.conditional[menu_id] = {"button": body["button"], "matchrule": rule}
    return {"menuid": menu_id}


def menu_delete_conditional(platform: LocalPlatform, call: Call) -> Answer:
    if platform.conditional.pop(str(members(call).get("menuid")), None) is None:
        raise Refused(65301, "no such conditional menu")
    return {}


def menu_try(platform: LocalPlatform, call: Call) -> Answer:
    follower = platform.followers.get(str(members(call).get("user_id")))
    if follower is None:
        raise Refused(65302, "no such user")
    menu = platform.menu_of(follower.openid)
    if menu is None:
        raise Refused(46003, "menu no exist")
    return {"button": menu["button"]}


def user_info(platform: LocalPlatform, call: Call) -> Answer:
    follower = platform.followers.get(call.query.get("openid", ""))
    if follower is None:
        raise Refused(40003, "invalid openid")
    if not follower.follows:
        return {"subscribe": 0, "openid": follower.openid}
    return {
        "subscribe": 1,
        "openid": follower.openid,
        "subscribe_time": 1700000000,
        "tagid_list": [],
        "remark": "",
    }


def callback_check(platform: LocalPlatform, call: Call) -> Answer:
    if members(call).get("action") not in ("dns", "ping", "all"):
        raise Refused(40202, "invalid action")
    if members(call).get("check_operator", "DEFAULT") not in OPERATORS:
        raise Refused(40203, "invalid check_operator")
    if not platform.callback_url:
        raise Refused(40201, "no callback url")
    ping = {"ip": "127.0.0.1", "from_operator": "CAP", "package_loss": "0%", "time": "1.2ms"}
    return {"dns": [{"ip": "127.0.0.1", "real_operator": "CAP"}], "ping": [ping]}


def quota_get(platform: LocalPlatform, call: Call) -> Answer:
    path = str(members(call).get("cgi_path"))
    if path not in WITH_TOKEN:
        raise Refused(76003, "invalid cgi_path")
    limit, used = platform.daily_limits.get(path, 500000), platform.used.get(path, 0)
    return {
        "quota": {"daily_limit": limit, "used": used, "remain": max(limit - used, 0)},
        "rate_limit": {"call_count": 5000, "refresh_second": 60},
    }


def rid_get(platform: LocalPlatform, call: Call) -> Answer:
    return {"request": platform.rids.get(str(members(call).get("rid")), {})}


def clear_quota(platform: LocalPlatform, call: Call) -> Answer:
    if members(call).get("appid") != platform.app_id:
        raise Refused(40013, "invalid appid")
    return reset_quota(platform)


def clear_quota_v2(platform: LocalPlatform, call: Call) -> Answer:
    body = members(call)
    credentials(platform, body.get("appid"), body.get("appsecret"))
    return reset_quota(platform)


def reset_quota(platform: LocalPlatform) -> Answer:
    if platform.resets >= 10:
        raise Refused(48006, "forbid to clear quota because of reaching the limit")
    platform.resets += 1
    platform.used.clear()
    return {}


Handler = Callable[["LocalPlatform", "Call"], Answer]
WITHOUT_TOKEN: dict[str, Handler] = {
    "/cgi-bin/stable_token": stable_token,
    "/cgi-bin/token": ordinary_token,
    "/cgi-bin/clear_quota/v2": clear_quota_v2,
}
WITH_TOKEN: dict[str, Handler] = {
    "/cgi-bin/message/custom/send": custom_send,
    "/cgi-bin/message/custom/typing": typing,
    "/cgi-bin/menu/create": menu_create,
    "/cgi-bin/menu/get": menu_get,
    "/cgi-bin/menu/delete": menu_delete,
    "/cgi-bin/menu/addconditional": menu_add_conditional,
    "/cgi-bin/menu/delconditional": menu_delete_conditional,
    "/cgi-bin/menu/trymatch": menu_try,
    "/cgi-bin/get_api_domain_ip": lambda _platform, _call: {"ip_list": ["127.0.0.1"]},
    "/cgi-bin/user/info": user_info,
    "/cgi-bin/getcallbackip": lambda _platform, _call: {"ip_list": ["127.0.0.1", "101.226.103.0/25"]},
    "/cgi-bin/callback/check": callback_check,
    "/cgi-bin/openapi/quota/get": quota_get,
    "/cgi-bin/openapi/rid/get": rid_get,
    "/cgi-bin/clear_quota": clear_quota,
}
SAYING_OK = {
    *("/cgi-bin/message/custom/send", "/cgi-bin/message/custom/typing", "/cgi-bin/menu/create"),
    *("/cgi-bin/menu/delete", "/cgi-bin/clear_quota", "/cgi-bin/clear_quota/v2"),
    "/cgi-bin/menu/delconditional",
}
