"""What the gateway keeps: accounts and their modes, messages and their attempts, fingerprints, refusals."""

from __future__ import annotations

from wechat.models.access_token import AccessToken
from wechat.models.account import ModeChange, OfficialAccount
from wechat.models.follower import Follower
from wechat.models.keyword_rule import AccountTexts, KeywordRule
from wechat.models.message import Attempt, DedupFingerprint, Message, time_ordered_id
from wechat.models.outbound import FollowerWindow, OutboundMessage
from wechat.models.rate import FollowerMinute
from wechat.models.rejection import RejectionMinute, RejectionSample

__all__ = [
    "AccessToken",
    "AccountTexts",
    "Attempt",
    "DedupFingerprint",
    "Follower",
    "FollowerMinute",
    "FollowerWindow",
    "KeywordRule",
    "Message",
    "ModeChange",
    "OfficialAccount",
    "OutboundMessage",
    "RejectionMinute",
    "RejectionSample",
    "time_ordered_id",
]
