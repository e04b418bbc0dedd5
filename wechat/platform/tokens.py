"""The one access token of an account, whoever asks for it: refreshed once across threads, processes and hosts.

`stable_token` hands the same token to everybody who asks, so that other systems with the same account are not
disturbed. A token that WeChat refuses is compared with the stored one first; only the latest is refreshed.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wechat.models import AccessToken, OfficialAccount
from wechat.platform.errors import (
    Ambiguous,
    ApiError,
    Busy,
    ConfigurationError,
    NotSent,
    PlatformError,
    TokenUnavailable,
    error_of,
)
from wechat.platform.transport import Request, exchange

log = logging.getLogger("wechat")

WAIT_SECONDS = 8.0
POLL = 0.05
STABLE_TOKEN = "/cgi-bin/stable_token"  # noqa: S105 - a path


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its place in the row's sequence."""

    text: str = field(repr=False)
    generation: int


def current_token(account: OfficialAccount, refused: Token | None = None) -> Token:
    """The token to use now; with `refused`, one that is not it.

    Raises ConfigurationError when WeChat refuses the account's credentials, TokenUnavailable for what passes.
    """
    give_up = time.monotonic() + WAIT_SECONDS
    while True:
        row, now = AccessToken.of(account), datetime.now(UTC)
        usable = row.is_usable(account, now) and not (refused and refused.generation == row.generation)
        if usable and row.is_fresh(now):
            return Token(row.token, row.generation)
        if row.circuit_is_open(account, now):
            return _old_token_or_reason(row, usable)
        if owner := row.take_lease(now):
            return _refresh(account, row, owner, usable, refused is not None)
        if usable:
            return Token(row.token, row.generation)
        if time.monotonic() > give_up:
            raise TokenUnavailable("another worker is asking for it")
        time.sleep(POLL)


def give_up_token(account: OfficialAccount, token: Token, error: ApiError) -> None:
    """WeChat refused the latest token too: nobody uses it any more, nobody hammers for another one."""
    log.error("WeChat refuses the latest token", extra={"errcode": error.errcode, "rid": error.rid})
    why = f"the latest token is refused ({error.errcode}, rid {error.rid or 'none'})"
    AccessToken.of(account).drop(token.generation, why)


def circuit_error(row: AccessToken) -> PlatformError:
    """Why no token is asked for at the moment."""
    if row.errcode is None:
        return TokenUnavailable(row.errmsg or "network")
    error = error_of(row.errcode, row.errmsg, of_token_call=True)
    if isinstance(error, ConfigurationError):
        return error
    return TokenUnavailable(f"errcode {row.errcode}")


def _old_token_or_reason(row: AccessToken, usable: bool) -> Token:
    if usable:
        return Token(row.token, row.generation)
    raise circuit_error(row)


def _refresh(account: OfficialAccount, row: AccessToken, owner: str, usable: bool, refused: bool) -> Token:
    """Ask WeChat under the lease `owner`; a failure leaves the old token in use while it lasts."""
    try:
        text, seconds = _fetch(account, row, owner, refused)
    except (ApiError, NotSent, Ambiguous) as error:
        lasting = isinstance(error, ApiError) and not isinstance(error, Busy)
        if lasting:
            log.error(
                "WeChat gives no access token: %s",
                error.english,
                extra={"errcode": error.errcode, "rid": error.rid, "detail": getattr(error, "errmsg", "")},
            )
        row.open_circuit(owner, account, error.errcode, error.errmsg or error.kind, lasting=lasting)
        if usable:
            return Token(row.token, row.generation)
        if isinstance(error, ConfigurationError):
            raise
        raise TokenUnavailable(error.english) from error
    if row.store(owner, account, text, seconds):
        return Token(text, row.generation + 1)
    raise TokenUnavailable("the lease was lost")


def _fetch(account: OfficialAccount, row: AccessToken, owner: str, refused: bool) -> tuple[str, int]:
    """Text and lifetime in seconds. Forced only when WeChat hands out again what it refused a moment ago."""
    text, seconds = _ask(account, force=False)
    now = datetime.now(UTC)
    if not (refused and text == row.token):
        return text, seconds
    if not row.may_force(now) or not row.count_forced(owner, now):
        raise error_of(40001, "WeChat repeats a token that it refuses; it was forced too often or just now")
    return _ask(account, force=True)


def _ask(account: OfficialAccount, *, force: bool) -> tuple[str, int]:
    if not account.app_id or not account.app_secret:
        raise error_of(41004 if account.app_id else 41002)
    body = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": account.app_secret,
        "force_refresh": force,
    }
    answer = exchange(Request("POST", STABLE_TOKEN, {}, body))
    if answer.get("errcode"):
        raise error_of(int(answer["errcode"]), str(answer.get("errmsg", "")), of_token_call=True)
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int) or seconds <= 0:
        raise Ambiguous("no access_token in the answer")
    return token, seconds
