"""Errors of WeChat's APIs: what it answered as one type for each kind, and what the network did."""

from __future__ import annotations

import re
from typing import ClassVar

from django.utils.translation import get_language

from wechat.platform.errcodes import Kind, Meaning, meaning_of

ERRMSG_LENGTH = 200
_RID = re.compile(r"\brid:\s*([0-9A-Za-z-]+)")


class PlatformError(Exception):
    """A call that brought no result. `chinese` and `english` say why in one sentence each; none holds a secret."""

    kind: ClassVar[str] = ""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(english)
        self.chinese, self.english = chinese, english
        self.errcode: int | None = None
        self.errmsg = self.rid = ""

    @property
    def sentence(self) -> str:
        """In the reader's language."""
        return self.english if (get_language() or "").startswith("en") else self.chinese

    @property
    def cause(self) -> str:
        """A short name for a column: the errcode, or the kind where WeChat gave none."""
        return self.kind if self.errcode is None else str(self.errcode)


class NotSent(PlatformError):
    """The request never left: it may be tried again."""

    kind = "not_sent"

    def __init__(self, reason: str) -> None:
        super().__init__(f"连不上微信接口：{reason}", f"WeChat's API can't be reached: {reason}")


class Ambiguous(PlatformError):
    """The request left and no answer came that can be read: WeChat may have acted on it, so it is never repeated."""

    kind = "ambiguous"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"请求已发出，但没有收到微信的答复（{reason}）：对方可能收到了，也可能没有",
            f"The request left, but no answer of WeChat came ({reason}): it may have been carried out or not",
        )


class TokenUnavailable(PlatformError):
    """There is no token at the moment, for a reason that passes; nothing was sent."""

    kind = "token_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"暂时取不到 access_token：{reason}", f"No access token can be had now: {reason}")


class ApiError(PlatformError):
    """WeChat answered with an errcode."""

    kind: ClassVar[str] = Kind.UNLISTED

    def __init__(self, errcode: int, errmsg: str, meaning: Meaning) -> None:
        super().__init__(meaning.chinese, meaning.english)
        rid = _RID.search(errmsg)
        self.errcode = errcode
        self.rid = rid.group(1)[:64] if rid else ""
        # 40164 names the address to allow, others the field that is wrong: worth keeping beside our sentence.
        self.errmsg = _RID.sub("", errmsg).strip()[:ERRMSG_LENGTH]

    def __str__(self) -> str:
        return f"{self.errcode}: {self.english} ({self.errmsg})" if self.errmsg else super().__str__()


class TokenRefused(ApiError):
    """The token is wrong or expired, also after the one refresh."""

    kind = Kind.TOKEN


class ConfigurationError(ApiError):
    """AppID, secret, IP allow list or the account itself: an operator has to act."""

    kind = Kind.CONFIGURATION


class Busy(ApiError):
    """WeChat asks for another try later; also an HTTP 5xx, whose errcode is then the status."""

    kind = Kind.BUSY


class QuotaUsedUp(ApiError):
    """This API is over for today."""

    kind = Kind.QUOTA


class WindowClosed(ApiError):
    """This follower can't be written to now; final."""

    kind = Kind.WINDOW


class PermissionMissing(ApiError):
    """The account lacks the right; final."""

    kind = Kind.PERMISSION


class ContentRefused(ApiError):
    """What was sent is wrong; final."""

    kind = Kind.CONTENT


_TYPES: dict[str, type[ApiError]] = {
    error.kind: error
    for error in (
        *(TokenRefused, ConfigurationError, Busy, QuotaUsedUp, WindowClosed, PermissionMissing),
        ContentRefused,
    )
}


def error_of(errcode: int, errmsg: str = "", *, of_token_call: bool = False) -> ApiError:
    """The typed error of an answer's errcode."""
    meaning = meaning_of(errcode, of_token_call=of_token_call)
    return _TYPES.get(meaning.kind, ApiError)(errcode, errmsg, meaning)


def error_of_status(status: int) -> Busy:
    """The error of an HTTP 5xx, which WeChat answers when it is overloaded."""
    return Busy(
        status,
        "",
        Meaning(
            Kind.BUSY,
            f"微信接口返回 HTTP {status}，稍后自动重试",
            f"WeChat's API answered HTTP {status}; the call is tried again later",
        ),
    )
