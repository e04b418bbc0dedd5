"""格局 of a 奇门 plate: the few that the books agree on, each with its palace."""

from __future__ import annotations

from predictions.systems.qimen_plate import GATES, HOST, RING, Plate
from predictions.types import Json

# Heaven stem over earth stem (奇门遁甲统宗·十干克应).
_PAIRS = {
    "戊丙": "青龙返首",
    "丙戊": "飞鸟跌穴",
    "乙辛": "青龙逃走",
    "辛乙": "白虎猖狂",
    "丁癸": "朱雀投江",
    "癸丁": "螣蛇夭矫",
    "庚丙": "太白入荧",
    "丙庚": "荧入太白",
    "庚癸": "大格",
    "庚壬": "小格",
    "庚己": "刑格",
    "庚戊": "伏宫格",
    "戊庚": "飞宫格",
}
# 六仪击刑: 甲子戊到震, 甲戌己到坤, 甲申庚到艮, 甲午辛到离, 甲辰壬到巽, 甲寅癸到巽.
_PUNISHED = {"戊": 3, "己": 2, "庚": 8, "辛": 9, "壬": 4, "癸": 4}
_GATE_ELEMENTS = dict(zip(GATES, "水土木木火土金金", strict=True))
_OVERCOMES = {"木": "土", "土": "水", "水": "火", "火": "金", "金": "木"}
_GOOD_GATES = ("开门", "休门", "生门")
_WONDERS = "乙丙丁"


def patterns(plate: Plate, day: int, palaces: list[Json]) -> list[Json]:
    """Each ``{name, palace}`` in order of weight; ``palace`` is null for what holds of the whole plate."""
    found = [{"name": name, "palace": None} for name in _whole(plate, day)]
    for palace in palaces:
        if palace["gate"] is not None:
            found += [{"name": name, "palace": palace["palace"]} for name in _of_palace(palace)]
    return found


def _whole(plate: Plate, day: int) -> list[str]:
    """伏吟, 反吟 of stars and gates; 五不遇时, the hour's stem overcoming the day's of the same kind."""
    home = HOST if plate.leaders.home == 5 else plate.leaders.home
    names = []
    for title, palace in (("星", plate.leaders.star_palace), ("门", plate.leaders.gate_palace)):
        turned = (RING.index(palace) - RING.index(home)) % 8
        names += [f"{title}伏吟"] * (turned == 0) + [f"{title}反吟"] * (turned == 4)
    if (plate.hour - day) % 10 == 6:
        names.append("五不遇时")
    return names


def _of_palace(palace: Json) -> list[str]:
    heaven = [stem for stem in (palace["heaven"], palace["heaven_guest"]) if stem]
    earth = [stem for stem in (palace["earth"], palace["earth_guest"]) if stem]
    names = [_PAIRS[over + under] for over in heaven for under in earth if over + under in _PAIRS]
    if palace["gate"] in _GOOD_GATES and any(stem in _WONDERS for stem in heaven):
        names.append("三奇得门")
    names += ["六仪击刑"] * any(_PUNISHED.get(stem) == palace["palace"] for stem in heaven)
    if _OVERCOMES[_GATE_ELEMENTS[palace["gate"]]] == palace["element"]:
        names.append("门迫")
    return names


def good_directions(palaces: list[Json]) -> list[Json]:
    """Where one of 开休生 stands over neither void nor 门迫; ``wonder`` says whether 乙丙丁 stands there too."""
    return [
        {
            "palace": palace["palace"],
            "direction": palace["direction"],
            "gate": palace["gate"],
            "wonder": any(stem in _WONDERS for stem in (palace["heaven"], palace["heaven_guest"]) if stem),
        }
        for palace in palaces
        if palace["gate"] in _GOOD_GATES and not palace["void"] and "门迫" not in _of_palace(palace)
    ]
