"""The platform's side of WeChat over real HTTP, for the tests: it delivers messages and serves the APIs.

    with running_platform() as platform:
        settings.WECHAT_API_BASE = platform.url
        platform.fail("/cgi-bin/message/custom/send", errcode=45015)
        exchange = platform.deliver(server.url, "今天黄历")
        assert exchange.shown and platform.chat(OPENID)[-1].text == exchange.shown

`python -m tests.platform_server` runs it by itself with a page to chat on (phone.py), for `make run PLATFORM=local`.
What is documented follows references/wechat-protocol.md. Assumed: what a forced refresh within 30 s answers (45011),
that overlapping allowances don't add up, three tries after time-outs and four after wrong answers.
"""

from __future__ import annotations

from tests.platform_server.delivery import NOTICE, Exchange, Try
from tests.platform_server.platform import LocalPlatform, running_platform

__all__ = ["NOTICE", "Exchange", "LocalPlatform", "Try", "running_platform"]
