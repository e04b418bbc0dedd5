"""紫微斗数 against iztro, by digests of whole charts that oracles/iztro_charts.js made."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from predictions import engine
from predictions.types import Json
from tests.agreement.comparison import Comparison, Outcome, golden, some

SWITCHES = ("year_divide", "horoscope_divide", "age_divide", "day_divide", "algorithm", "astro_type")
HEADS = ("soul_star", "body_star", "soul_palace", "body_palace")


def star(found: Json) -> str:
    return str(found["name"]) + (found["brightness"] or "") + (found["mutagen"] or "")


def palace_text(palace: Json) -> str:
    """As oracles/iztro_charts.js writes a palace."""
    limits = palace["decadal"]
    return "|".join(
        [
            *(palace["name"], palace["stem"] + palace["branch"], "身" if palace["body"] else ""),
            *(" ".join(map(star, palace[kind])) for kind in ("major", "minor")),
            " ".join(found["name"] for found in palace["adjective"]),
            *(palace[name] for name in ("changsheng", "boshi", "jiangqian", "suiqian")),
            *(f"{limits['from']}-{limits['to']}", limits["ganzhi"], " ".join(map(str, palace["ages"]))),
        ]
    )


def digest(facts: Json, switches: str) -> str:
    """Of the five heads only the 五行局 for earth and human charts: iztro leaves there those of the heaven chart."""
    heads = HEADS if "heaven" in switches else ()
    lines = [facts["five_elements_class"], *(facts[name] for name in heads)]
    text = "\n".join([*lines, *map(palace_text, facts["palaces"])])
    return sha256(text.encode()).hexdigest()[:16]


def birth_of(text: str, time_index: int) -> dict[str, Any]:
    """A birth in the middle of iztro's double hour; 12 is the one before midnight."""
    year, month, day = map(int, text.split("-"))
    hour = 23 if time_index == 12 else max(0, 2 * time_index - 1)
    solar = {"calendar": "solar", "year": year, "month": month, "day": day}
    return solar | {"hour": hour, "minute": 30, "tz": "+08:00"}


def ziwei_by_iztro(share: float) -> Outcome:
    outcome = Outcome()
    charts = golden("iztro_charts.json")["charts"]
    for text, time_index, gender, fix_leap, switches, _, theirs in some(charts, share):
        options = dict(zip(SWITCHES, switches.split(" "), strict=True)) | {"fix_leap": fix_leap}
        birth = {"birth": birth_of(text, time_index), "gender": gender}
        ours = digest(engine.compute("ziwei", birth, options).facts, switches)
        outcome.compare(f"{text} {time_index} {gender} {switches}", ours, theirs)
    return outcome


COMPARISONS = (
    Comparison(
        "ziwei-iztro",
        ("ziwei",),
        "紫微斗数：1901-2099 年随机 1,000 盘，半数用随机的六项设置；命身宫、五行局、十二宫全部星曜与大限小限",
        "1,000 random charts of 1901-2099, half of them with random switches; every star of every palace",
        f"iztro {golden('iztro_charts.json')['iztro']} (npm)",
        ziwei_by_iztro,
        share=0.3,
    ),
)
