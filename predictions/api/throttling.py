"""A key's rate limit: a fixed minute counted atomically, in Redis where there is one, else by one upsert."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from predictions.api import metrics
from predictions.models import ApiKeyWindow

WINDOW = 60
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key has left in the current minute; `reset` is in seconds."""

    limit: int
    used: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """The two fields of draft-ietf-httpapi-ratelimit-headers-11."""
        remaining = max(self.limit - self.used, 0)
        return {
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW}',
            "RateLimit": f'"default";r={remaining};t={self.reset}',
        }


def spend(key_id: int, now: datetime) -> Allowance | None:
    """Count one call of a key; None when there is no limit or Redis can't be asked."""
    limit = settings.API_RATE_LIMIT
    if not limit:
        return None
    minute, second = divmod(int(now.timestamp()), WINDOW)
    if not settings.REDIS_URL:
        return Allowance(limit, ApiKeyWindow.add(key_id, minute), WINDOW - second)
    try:
        used = _count_in_cache(f"api-rate:{key_id}:{minute}")
    except (RedisError, ValueError) as error:
        # A limit protects against too much traffic; losing it for a while is better than refusing everybody.
        metrics.unlimited.inc()
        logger.warning("rate limit not checked, Redis failed: %s", type(error).__name__)
        return None
    return Allowance(limit, used, WINDOW - second)


def _count_in_cache(name: str) -> int:
    """Both steps are atomic in Redis; the second raises ValueError when the key was evicted in between."""
    cache.add(name, 0, timeout=2 * WINDOW)
    return int(cache.incr(name))
