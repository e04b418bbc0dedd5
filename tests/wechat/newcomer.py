"""Twenty questions of a newcomer, asked through `simulate_encrypted_message` and kept in docs/NEWCOMER.md.

.venv/bin/python -m tests.wechat.newcomer     writes the page anew

Every question names its dates, so the answers are the same on any day.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.processes import Server, running_server

PAGE = Path(__file__).resolve().parents[2] / "docs" / "NEWCOMER.md"
QUESTIONS = (
    "你好",
    "你会什么？",
    "2026年10月1日是农历几号",
    "农历二〇二六年八月十五是公历几月几号",
    "2028年闰几月",
    "2026年12月25日黄历",
    "2026年11月28日适合搬家吗",
    "2027年1月1日到2027年1月31日哪天适合结婚 新郎属马 新娘属羊",
    "1990年5月17日早上8点 男 杭州出生 八字",
    "帮我女朋友算个八字",
    "1992年8月8日",
    "不知道几点",
    "继续",
    "紫微斗数 1990年5月17日辰时 男",
    "六爻 789678 2026年12月1日早上9点 问工作",
    "小六壬 3 5 8",
    "2026年12月24日杭州天象",
    "2027年有月食吗",
    "1990年2月30日早上8点 男 八字",
    "我什么时候会死",
)
_HEAD = """# 新手的二十个问题

一位关注者按顺序发来的二十句话和收到的回复，经 `simulate_encrypted_message` 走完签名、AES 加密、落库、计算、回复的全程。
账号开放全部系统。`tests/wechat/test_newcomer.py` 在真的 gunicorn 上重放一遍，与本页逐字比较；
改了文字用 `.venv/bin/python -m tests.wechat.newcomer` 重写本页。

*Twenty sentences of one follower and their replies, through the whole encrypted callback; a test replays them.*
"""


def conversation(server: Server) -> list[tuple[str, str]]:
    """Each question with the decrypted Content of its reply, asked in order by one follower."""
    opened = server.manage("wechat_account", "--systems", "all")
    assert opened.returncode == 0, opened.stderr
    return [(question, _ask(server, question)) for question in QUESTIONS]


def _ask(server: Server, question: str) -> str:
    sent = server.manage("simulate_encrypted_message", question, "--url", server.url)
    assert sent.returncode == 0, sent.stderr
    return sent.stdout.strip()


def page(exchange: list[tuple[str, str]]) -> str:
    """The conversation as Markdown; a reply stands in a block as WeChat shows it, line by line."""
    parts = [
        f"## {number}. {question}\n\n```text\n{answer}\n```\n"
        for number, (question, answer) in enumerate(exchange, 1)
    ]
    return "\n".join([_HEAD, *parts])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), workers=1) as running:
        PAGE.write_text(page(conversation(running)), encoding="utf-8")
    print(f"wrote {PAGE}")
