"""建除 and 黄黑道: officer and spirit of a day, from its branch and its month's (协纪辨方书 卷四、卷七)."""

from __future__ import annotations

OFFICERS = "建除满平定执破危成收开闭"
# 十二值神 from the branch where 青龙 stands: 黄道 is auspicious, 黑道 not.
SPIRITS = ("青龙", "明堂", "天刑", "朱雀", "金匮", "天德", "白虎", "玉堂", "天牢", "玄武", "司命", "勾陈")
YELLOW = frozenset({"青龙", "明堂", "金匮", "天德", "玉堂", "司命"})


def officer(branch: int, month: int) -> str:
    """The officer of a day by its branch and its month's (子 0): 建 where they are the same."""
    return OFFICERS[(branch - month) % 12]


def spirit(branch: int, of: int) -> str:
    """The spirit of a branch within `of`, the branch of its month or day.

    青龙 stands at 子 in the months (or days) of 寅申, at 寅 in 卯酉, two branches on for each pair.
    """
    return SPIRITS[(branch - 2 * ((of - 2) % 6)) % 12]
