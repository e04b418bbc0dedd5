"""WeChat's errcodes with their kind and what they mean, in Chinese and English (protocol reference, section 10).

The sentences say what is wrong and what to do; they stand in the console beside the number and WeChat's own text.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What an errcode asks of us."""

    TOKEN = "token"  # noqa: S105 - one refresh, one retry
    CONFIGURATION = "configuration"  # no retry: an operator has to act
    BUSY = "busy"  # retry with pauses, a few times
    QUOTA = "quota"  # that API is over for today
    WINDOW = "window"  # this follower can't be written to now
    PERMISSION = "permission"  # the account lacks the right
    CONTENT = "content"  # what we sent is wrong
    UNLISTED = "unlisted"  # none that we know


class Meaning(NamedTuple):
    """An errcode's kind and sentences."""

    kind: Kind
    chinese: str
    english: str


_TOKEN = {
    40001: ("access_token 无效或已不是最新的", "The access token is wrong or no longer the latest"),
    40014: ("access_token 不合法", "The access token is not valid"),
    41001: ("请求里没有 access_token", "The request carried no access token"),
    42001: ("access_token 已过期", "The access token has expired"),
}
_CONFIGURATION = {
    40002: ("取 access_token 的 grant_type 不对", "The grant_type of the token request is wrong"),
    40013: ("AppID 不对：请核对公众平台里的 AppID", "The AppID is wrong: compare it with the WeChat console"),
    40125: (
        "AppSecret 不对：请核对，或在公众平台重置后重新填写",
        "The AppSecret is wrong: compare it, or reset it in the WeChat console and enter the new one",
    ),
    40164: (
        "本机的出口 IP 不在公众平台的 IP 白名单里：请加入该 IP",
        "This server's address is not in the IP allow list of the WeChat console: add it there",
    ),
    40243: (
        "AppSecret 已被冻结：请在公众平台解冻或重置",
        "The AppSecret is frozen: unfreeze or reset it in the WeChat console",
    ),
    41002: ("没有填写 AppID", "No AppID is set"),
    41004: ("没有填写 AppSecret", "No AppSecret is set"),
    50004: ("公众号不能使用这个接口：账号被限制", "The account is restricted from using this API"),
    50007: ("公众号已被冻结", "The account is frozen"),
    61004: (
        "本机的出口 IP 没有登记为允许的 IP：请在公众平台加入",
        "This server's address is not registered as allowed: add it in the WeChat console",
    ),
    89503: (
        "公众号管理员需要在微信里确认这次调用",
        "The account's administrator has to confirm this call in WeChat",
    ),
}
_BUSY = {
    -1: ("微信系统繁忙，稍后自动重试", "WeChat is busy; the call is tried again later"),
    45011: ("调用太频繁，下一分钟再试", "Too many calls in this minute; the next one is tried again"),
}
_QUOTA = {
    45009: (
        "今天的接口调用次数已用完，零点恢复，或在公众平台清零",
        "Today's calls of this API are used up; they come back at midnight, or are reset in the WeChat console",
    ),
    48006: ("本月清零次数已用完", "This month's quota resets are used up"),
}
_WINDOW = {
    40003: ("OpenID 不属于这个公众号", "The OpenID does not belong to this account"),
    43004: ("对方没有关注公众号", "The person does not follow the account"),
    43019: ("对方在公众号的黑名单里", "The person is on the account's black list"),
    43101: ("对方没有同意接收这类通知", "The person did not agree to this kind of notice"),
    45015: (
        "对方超过 48 小时没有互动或已取消关注，微信不让再发",
        "The person did not write within 48 hours or no longer follows, so WeChat refuses the message",
    ),
    45047: (
        "这次互动可发的条数已用完，要等对方再发一条消息",
        "The messages allowed after the person's last action are used up; they have to write again first",
    ),
    48002: ("对方关闭了接收公众号消息", "The person switched the account's messages off"),
    50005: ("对方没有关注公众号", "The person is not a follower of the account"),
}
_PERMISSION = {
    48001: (
        "公众号没有这个接口的权限（个人订阅号没有客服消息和菜单接口）",
        "The account has no right to this API (personal subscription accounts lack customer messages and menus)",
    ),
    48004: (
        "这个接口已被封禁，请到公众平台查看",
        "This API was blocked for the account; see the WeChat console",
    ),
    50002: ("账号受限，接口暂不可用", "The account is restricted, so the API is closed to it"),
    61007: ("接口没有授权给这个调用方", "The API was not granted to this caller"),
}
_CONTENT = {
    40007: ("媒体文件的 media_id 不对或已过期", "The media_id is wrong or has expired"),
    40008: ("消息类型不对", "The message type is not valid"),
    40015: ("菜单类型不对", "The menu's type is not valid"),
    40016: ("菜单按钮个数不对（一级最多 3 个）", "The number of menu buttons is not valid (at most 3)"),
    40017: ("菜单按钮类型不对", "A menu button's type is not valid"),
    40018: ("菜单按钮名字太长", "A menu button's name is too long"),
    40019: ("菜单按钮的 key 太长", "A menu button's key is too long"),
    40020: ("菜单按钮的网址太长", "A menu button's URL is too long"),
    40021: ("菜单版本号不对", "The menu's version is not valid"),
    40022: ("子菜单层级不对", "The menu has too many levels"),
    40023: ("子菜单按钮个数不对（最多 5 个）", "The number of sub-buttons is not valid (at most 5)"),
    40024: ("子菜单按钮类型不对", "A sub-button's type is not valid"),
    40025: ("子菜单按钮名字太长", "A sub-button's name is too long"),
    40026: ("子菜单按钮的 key 太长", "A sub-button's key is too long"),
    40027: ("子菜单按钮的网址太长", "A sub-button's URL is too long"),
    40033: ("请求里有不允许的字符", "The request holds characters that are not allowed"),
    40054: ("子菜单按钮的网址不对", "A sub-button's URL is not valid"),
    40055: ("菜单按钮的网址不对", "A menu button's URL is not valid"),
    40201: ("公众号没有设置服务器地址", "No server address is set for the account"),
    40202: ("网络检测的 action 不对", "The action of the network check is not valid"),
    40203: ("网络检测的运营商不对", "The operator of the network check is not valid"),
    44004: ("消息内容是空的", "The message is empty"),
    45002: ("消息太长", "The message is too long"),
    45008: ("图文条数超过限制（客服消息只能 1 条）", "Too many articles (a customer message takes one)"),
    45010: ("创建菜单的次数超过限制", "The menu was created too often"),
    45072: ("输入状态的命令不对", "The typing command is not valid"),
    45080: (
        "对方 30 秒内没有发消息，不能显示正在输入",
        "The person did not write within 30 seconds, so typing can't be shown",
    ),
    45081: ("已经在显示正在输入", "Typing is shown already"),
    46003: ("公众号没有自定义菜单", "The account has no menu"),
    47001: ("请求的 JSON 格式不对", "The request's JSON can't be read"),
    47003: ("模板参数不对", "The template's data is not valid"),
    65301: ("没有这个个性化菜单", "There is no such conditional menu"),
    65302: ("没有这个用户", "There is no such user"),
    65303: ("没有默认菜单，不能建个性化菜单", "Without a default menu there can be no conditional one"),
    65304: (
        "个性化菜单没有写给谁看（matchrule）",
        "The conditional menu does not say for whom it is (matchrule)",
    ),
    65305: ("个性化菜单太多", "There are too many conditional menus"),
    65306: ("这个公众号不能建个性化菜单", "The account may not have conditional menus"),
    65307: ("个性化菜单是空的", "The conditional menu is empty"),
    65308: ("个性化菜单里有按钮没有类型", "A button of the conditional menu has no type"),
    65309: (
        "个性化菜单的开关没有打开：请在公众平台打开",
        "Conditional menus are switched off: switch them on in the WeChat console",
    ),
    76003: ("接口路径不对", "The API's path is not valid"),
}
_TABLES = {
    Kind.TOKEN: _TOKEN,
    Kind.CONFIGURATION: _CONFIGURATION,
    Kind.BUSY: _BUSY,
    Kind.QUOTA: _QUOTA,
    Kind.WINDOW: _WINDOW,
    Kind.PERMISSION: _PERMISSION,
    Kind.CONTENT: _CONTENT,
}
MEANINGS = {code: Meaning(kind, *words) for kind, table in _TABLES.items() for code, words in table.items()}
_SECRET_REFUSED = Meaning(
    Kind.CONFIGURATION,
    "AppID 与 AppSecret 不配对：请核对，或在公众平台重置 AppSecret 后重新填写",
    "AppID and AppSecret don't belong together: compare them, or reset the AppSecret and enter the new one",
)


def meaning_of(code: int, *, of_token_call: bool = False) -> Meaning:
    """What `code` means. The token call answers 40001 to a wrong secret, all others to a wrong token."""
    if of_token_call and code == 40001:
        return _SECRET_REFUSED
    unlisted = Meaning(
        Kind.UNLISTED, f"微信返回了错误码 {code}", f"WeChat answered with the error code {code}"
    )
    return MEANINGS.get(code, unlisted)
