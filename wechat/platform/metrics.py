"""What is counted of the calls to WeChat: paths are those of the client, outcomes the kinds of errors."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

calls = Counter("wechat_platform_calls", "Calls of WeChat's API by path and outcome.", ["path", "outcome"])
seconds = Histogram(
    "wechat_platform_seconds",
    "Time of a call of WeChat's API, a token included.",
    ["path"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10),
)
