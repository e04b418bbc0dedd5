"""奇门遁甲 against qimen-rs: whole plates of 1,000 random minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qimen_rs import calculate

from predictions import engine
from predictions.systems.qimen_plate import GATES, STARS
from tests.agreement.comparison import Comparison, Outcome, instants, moment, package

_STEM_KEYS = ("jia", "yi", "bing", "ding", "wu", "ji", "geng", "xin", "ren", "gui")
_BRANCH_KEYS = ("zi", "chou", "yin", "mao", "chen", "si", "wu", "wei", "shen", "you", "xu", "hai")
_STAR_KEYS = (
    *("tian_peng", "tian_ren", "tian_chong", "tian_fu", "tian_ying"),
    *("tian_rui", "tian_zhu", "tian_xin", "tian_qin"),
)
_GATE_KEYS = ("xiu", "sheng", "shang", "du", "scene", "si", "jing", "kai")
_SPIRIT_KEYS = ("zhi_fu", "teng_she", "tai_yin", "liu_he", "bai_hu", "xuan_wu", "jiu_di", "jiu_tian")
_SPIRIT_NAMES = ("值符", "螣蛇", "太阴", "六合", "白虎", "玄武", "九地", "九天")
STEM_NAMES = dict(zip(_STEM_KEYS, "甲乙丙丁戊己庚辛壬癸", strict=True))
BRANCH_NAMES = dict(zip(_BRANCH_KEYS, "子丑寅卯辰巳午未申酉戌亥", strict=True))
STAR_NAMES = dict(zip(_STAR_KEYS, (*STARS, "天禽"), strict=True))
GATE_NAMES = dict(zip(_GATE_KEYS, GATES, strict=True))
SPIRIT_NAMES = dict(zip(_SPIRIT_KEYS, _SPIRIT_NAMES, strict=True))
YUAN_NAMES = {"upper": "上元", "middle": "中元", "lower": "下元"}
KEPT = (
    *("earth", "earth_guest", "heaven", "heaven_guest", "star"),
    *("star_guest", "gate", "spirit", "void", "horse"),
)


def ours(data: dict[str, Any], **options: str) -> dict[str, object]:
    """What qimen-rs also tells, of our plate."""
    found = engine.compute("qimen", data, options).facts
    return {
        "ju": (found["dun"], found["ju"], found["yuan"]),
        "chiefs": (found["chief_star"], found["chief_gate"]),
        "places": (found["chief_star_palace"], found["chief_gate_palace"]),
        "void": found["void"],
        "palaces": [{name: palace[name] for name in KEPT} for palace in found["palaces"]],
    }


def theirs(civil: datetime, boundary: str = "zi_start") -> dict[str, object]:
    """The plate of qimen-rs in our words."""
    request = {"year": civil.year, "month": civil.month, "day": civil.day, "hour": civil.hour}
    chart = calculate(request | {"minute": civil.minute, "day_boundary": boundary})
    leaders = chart["leaders"]
    return {
        "ju": (chart["dun"], chart["ju"], YUAN_NAMES[chart["yuan"]]),
        "chiefs": (STAR_NAMES[leaders["star"]], GATE_NAMES[leaders["door"]]),
        "places": (leaders["star_palace"], leaders["door_palace"]),
        "void": [BRANCH_NAMES[branch] for branch in chart["xun"]["void_branches"]],
        "palaces": [_their_palace(palace) for palace in chart["palaces"]],
    }


def _their_palace(palace: dict[str, Any]) -> dict[str, object]:
    stems = {stem["is_center_hosted"]: STEM_NAMES[stem["stem"]] for stem in palace["heaven_stems"]}
    stars = [STAR_NAMES[star] for star in palace["stars"]]
    return {
        "earth": STEM_NAMES[palace["earth_stem"]],
        "earth_guest": STEM_NAMES.get(palace["hosted_earth_stem"]),
        "heaven": stems.get(False),
        "heaven_guest": stems.get(True),
        "star": next((star for star in stars if star != "天禽"), None),
        "star_guest": "天禽" if "天禽" in stars else None,
        "gate": GATE_NAMES.get(palace["door"]),
        "spirit": SPIRIT_NAMES.get(palace["deity"]),
        "void": bool(palace["void_branches"]),
        "horse": palace["is_horse"],
    }


def qimen_by_qimen_rs(share: float) -> Outcome:
    outcome = Outcome()
    for civil in instants(round(1000 * share), 5):
        data = {"moment": moment(civil)}
        outcome.compare(f"{civil:%Y-%m-%d %H:%M}", ours(data), theirs(civil))
    return outcome


COMPARISONS = (
    Comparison(
        "qimen-qimen_rs",
        ("qimen",),
        "奇门：1901-2099 年随机 1,000 盘（时家、拆补、转盘），逐宫九项",
        "1,000 random plates of 1901-2099 (hour, 拆补, turning plate), every palace in nine respects",
        package("qimen-rs"),
        qimen_by_qimen_rs,
        share=0.3,
    ),
)
