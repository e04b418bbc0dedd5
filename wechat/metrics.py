"""What the callback counts. Only kinds that stay right over several processes; labels come from closed sets."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

# Around the lines that matter: the usual answer, the alert at 1.5 s, our deadline, WeChat's limit.
BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 4.5, 5, 10)

requests = Counter(
    "wechat_requests", "Callbacks by method, outcome and cause.", ["method", "outcome", "cause"]
)
seconds = Histogram("wechat_request_seconds", "Time to answer a callback.", ["method"], buckets=BUCKETS)
signature_failures = Counter(
    "wechat_signature_failures", "Callbacks whose signature did not match.", ["verification"]
)
duplicates = Counter("wechat_duplicate_hits", "Deliveries of a message that was known already.")
lateness = Histogram(
    "wechat_lateness_seconds",
    "Arrival minus the timestamp in the URL.",
    buckets=(0.5, 1, 2, 3, 5, 10, 15, 30, 60, 300),
)
engine_seconds = Histogram(
    "wechat_engine_seconds",
    "Time to understand and answer a text, by system; none when no chart was computed.",
    ["system"],
    buckets=BUCKETS,
)

# A series that begins with its first event hides that event from Prometheus' increase(): these begin with zero.
for _verification in ("strict", "lenient"):
    signature_failures.labels(_verification)
for _outcome, _cause in (("replied", ""), ("failed", "engine_error"), ("unavailable", "database")):
    requests.labels("POST", _outcome, _cause)
requests.labels("POST", "rejected", "replayed_nonce")
