"""五行: how often each element occurs, its season, and a published score of the day master's strength.

The score is 本站's table and nobody's law. Each stem that shows counts 10; a branch shares 10 among its
hidden stems, and the month branch shares 20, because the month commands (滴天髓：月令乃提纲之府). The share
of the elements that equal or generate the day master decides: from 55 % on 偏强, up to 45 % 偏弱, 中和
between.
"""

from __future__ import annotations

from predictions.cycles import BRANCH_ELEMENTS, ELEMENTS, STEMS
from predictions.systems.bazi_pillars import HIDDEN_STEMS, Pillars
from predictions.types import Json

STEM_WEIGHT = 10
# How a branch's 10 are shared, by how many stems it hides.
HIDDEN_WEIGHTS = {1: (10,), 2: (7, 3), 3: (6, 3, 1)}
MONTH_FACTOR = 2
STRONG_FROM, WEAK_TO = 55, 45
METHOD = (
    "本站计分：天干各10；地支按藏干分10（本气、中气、余气 10、7:3 或 6:3:1）；"
    "月支加倍；生扶占比≥55%偏强，≤45%偏弱"
)
# By (element - element of the month branch) mod 5: 当令者旺, 令生者相, 令克者死, 克令者囚, 生令者休.
SEASONS = ("旺", "相", "死", "囚", "休")


def element_facts(pillars: Pillars) -> Json:
    """Counts of the characters' own elements, weighted scores with hidden stems, and the season of each
    element.
    """
    scores = _scores(pillars)
    month = BRANCH_ELEMENTS[pillars.month % 12]
    counts = _counts(pillars)
    return {
        "count": dict(zip(ELEMENTS, counts, strict=True)),
        "score": dict(zip(ELEMENTS, scores, strict=True)),
        "season": {name: SEASONS[(place - month) % 5] for place, name in enumerate(ELEMENTS)},
        "missing": [name for name, count in zip(ELEMENTS, counts, strict=True) if count == 0],
    }


def strength_facts(pillars: Pillars) -> Json:
    """The score of the day master; ``level`` is null without an hour, because a fourth of the chart is
    unknown.
    """
    master = pillars.day % 10 // 2
    mother = (master - 1) % 5
    scores = _scores(pillars)
    total = sum(scores)
    support = scores[master] + scores[mother]
    percent = (200 * support + total) // (2 * total)
    season = SEASONS[(master - BRANCH_ELEMENTS[pillars.month % 12]) % 5]
    return {
        "support": support,
        "total": total,
        "percent": percent,
        "level": None if pillars.hour is None else _level(percent),
        "season": season,
        "in_season": season in ("旺", "相"),
        "rooted": _is_rooted(pillars, master),
        "method": METHOD,
    }


def _level(percent: int) -> str:
    return "偏强" if percent >= STRONG_FROM else "偏弱" if percent <= WEAK_TO else "中和"


def _is_rooted(pillars: Pillars, master: int) -> bool:
    """得地: a branch hides a stem of the day master's element."""
    hidden = (name for index in pillars.known().values() for name in HIDDEN_STEMS[index % 12])
    return any(STEMS.index(name) // 2 == master for name in hidden)


def _scores(pillars: Pillars) -> list[int]:
    scores = [0] * 5
    for place, index in pillars.known().items():
        scores[index % 10 // 2] += STEM_WEIGHT
        hidden = HIDDEN_STEMS[index % 12]
        factor = MONTH_FACTOR if place == "month" else 1
        for name, weight in zip(hidden, HIDDEN_WEIGHTS[len(hidden)], strict=True):
            scores[STEMS.index(name) // 2] += factor * weight
    return scores


def _counts(pillars: Pillars) -> list[int]:
    counts = [0] * 5
    for index in pillars.known().values():
        counts[index % 10 // 2] += 1
        counts[BRANCH_ELEMENTS[index % 12]] += 1
    return counts
