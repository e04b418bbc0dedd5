"""An account as the callback needs it: secrets decrypted once, kept in the process until the row's version changes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Self

from wechat.crypto import LENIENT, STRICT, Policy
from wechat.keywords import Rule
from wechat.models import AccountTexts, KeywordRule, OfficialAccount
from wechat.xml import TextReply

ERROR_TEXT = "抱歉，刚才处理这条消息时出了点问题，我们已经记录下来。请稍后再发一次。"
PLACEHOLDER_TEXT = "这个问题要算得久一些。请过半分钟随便回一句（例如“好了吗”），算好的结果就会发给您。"


@dataclass(frozen=True, slots=True)
class GatewayAccount:
    """The part of an OfficialAccount that answers messages. Never stale: `claim` compares `version` with the row."""

    id: int
    slug: str
    version: int
    service: str
    systems: frozenset[str]
    pilot_openids: frozenset[str]
    pilot_percent: int
    pilot_text: str
    maintenance_text: str
    rate_limit_per_min: int
    has_customer_service: bool
    may_send: bool
    lenient_until: datetime | None
    _policy: Policy = field(repr=False)
    texts: AccountTexts = field(default_factory=AccountTexts, repr=False, compare=False)
    rules: tuple[Rule, ...] = ()
    sensitive: re.Pattern[str] | None = None

    _cache: ClassVar[dict[str, GatewayAccount]] = {}

    @classmethod
    def cached(cls, slug: str) -> GatewayAccount | None:
        """The account as this process saw it last; None when it has not been loaded."""
        return cls._cache.get(slug)

    @classmethod
    def load(cls, slug: str) -> Self | None:
        """The account as the row is now; None when there is none. Raises Rejected when it can't be used."""
        row = OfficialAccount.objects.filter(slug=slug).first()
        if row is None:
            cls._cache.pop(slug, None)
            return None
        account = cls.of(row)
        cls._cache[slug] = account
        return account

    @classmethod
    def of(cls, row: OfficialAccount) -> Self:
        lenient = row.verification == LENIENT
        texts = AccountTexts.objects.filter(account=row).first() or AccountTexts(account=row)
        rules = KeywordRule.objects.filter(account=row, is_on=True).order_by("position", "id")
        return cls(
            id=row.pk,
            slug=row.slug,
            version=row.version,
            service=row.service,
            systems=frozenset(row.systems),
            pilot_openids=frozenset(row.pilot_openids.split()),
            pilot_percent=row.pilot_percent,
            pilot_text=row.pilot_text,
            maintenance_text=row.maintenance_text,
            rate_limit_per_min=row.rate_limit_per_min,
            has_customer_service=row.has_customer_service,
            may_send=row.may_send,
            lenient_until=row.verification_until if lenient else None,
            _policy=replace(row.policy(row.created), verification=STRICT),
            texts=texts,
            rules=tuple(rule.as_rule() for rule in rules),
            sensitive=words_pattern(texts.sensitive_words),
        )

    def policy(self, now: datetime) -> Policy:
        """The policy at `now`: a lenient period ends without anybody doing anything."""
        if self.lenient_until is not None and now < self.lenient_until:
            return replace(self._policy, verification=LENIENT)
        return self._policy

    @property
    def tokens(self) -> tuple[str, ...]:
        return self._policy.tokens

    @property
    def aes_keys(self) -> tuple[bytes, ...]:
        return self._policy.aes_keys

    def in_pilot(self, openid: str) -> bool:
        """Listed, or in the stable percentage: the same follower gets the same answer for the whole pilot."""
        bucket = int.from_bytes(hashlib.sha256(f"{self.id}:{openid}".encode()).digest()[:4]) % 100
        return openid in self.pilot_openids or bucket < self.pilot_percent

    def placeholder_reply(self) -> TextReply:
        """For an answer that takes long and can only go with the reply to the next message."""
        return TextReply(self.covered(self.texts.placeholder or PLACEHOLDER_TEXT))

    def error_reply(self) -> TextReply:
        return TextReply(self.covered(self.texts.error or ERROR_TEXT))

    def covered(self, text: str) -> str:
        """The text with its sensitive words covered, before it is echoed or sent."""
        return self.sensitive.sub(lambda word: "＊" * len(word[0]), text) if self.sensitive else text


def words_pattern(words: str) -> re.Pattern[str] | None:
    """Finds the words, one a line, whatever their case; the longest first, so that none is half covered."""
    listed = sorted({word.strip() for word in words.splitlines() if word.strip()}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, listed)), re.IGNORECASE) if listed else None
