"""The plate of 时家奇门, turning plate (转盘), centre lodged in 坤: which stem, star, gate and spirit stands where.

Palaces are the numbers 1-9 of the 洛书. Everything follows from dun, ju and the double hour; how these are fixed is
qimen_ju.py's matter.
"""

from __future__ import annotations

from dataclasses import dataclass

from predictions.cycles import BRANCHES, STEMS, cycle_name, void_branches
from predictions.types import Json

CENTRE, HOST = 5, 2
# The eight outer palaces clockwise from the north, and what is at home in each.
RING = (1, 8, 3, 4, 9, 2, 7, 6)
STARS = ("天蓬", "天任", "天冲", "天辅", "天英", "天芮", "天柱", "天心")
CENTRE_STAR = "天禽"
GATES = ("休门", "生门", "伤门", "杜门", "景门", "死门", "惊门", "开门")
# From 值符 on: clockwise in 阳遁, the other way in 阴遁.
SPIRITS = {
    "hu_xuan": ("值符", "螣蛇", "太阴", "六合", "白虎", "玄武", "九地", "九天"),
    "gou_zhu": ("值符", "螣蛇", "太阴", "六合", "勾陈", "朱雀", "九地", "九天"),
}
# 六仪 then 三奇 in the order in which they are laid: 戊己庚辛壬癸丁丙乙.
LAID = "戊己庚辛壬癸丁丙乙"
# 六甲 hide under the 六仪: 甲子戊, 甲戌己, 甲申庚, 甲午辛, 甲辰壬, 甲寅癸.
_HIDING = "戊己庚辛壬癸"
_BRANCH_PALACES = (1, 8, 8, 3, 4, 4, 9, 2, 2, 7, 6, 6)
# 驿马 by the trine of the hour's branch: 申子辰在寅, 巳酉丑在亥, 寅午戌在申, 亥卯未在巳.
_HORSES = (2, 11, 8, 5)
PALACE_NAMES = {1: "坎", 2: "坤", 3: "震", 4: "巽", 5: "中", 6: "乾", 7: "兑", 8: "艮", 9: "离"}
DIRECTIONS = {
    1: "正北",
    2: "西南",
    3: "正东",
    4: "东南",
    5: "中央",
    6: "西北",
    7: "正西",
    8: "东北",
    9: "正南",
}
ELEMENTS = {1: "水", 2: "土", 3: "木", 4: "木", 5: "土", 6: "金", 7: "金", 8: "土", 9: "火"}


@dataclass(frozen=True, slots=True)
class Leaders:
    """旬首, the stem it hides under, and where the chief star and gate come from and go to (palace numbers)."""

    head: int
    stem: str
    home: int
    star: str
    gate: str
    star_palace: int
    gate_palace: int


@dataclass(frozen=True, slots=True)
class Plate:
    """The nine palaces by number; the outer ones hold one star, gate and spirit each."""

    forward: bool
    ju: int
    hour: int
    earth: dict[int, str]
    leaders: Leaders
    heaven: dict[int, str]
    stars: dict[int, str]
    gates: dict[int, str]
    spirits: dict[int, str]

    @property
    def guest_palace(self) -> int:
        """Where 天禽 and the stem of the centre stand: with 天芮."""
        return next(palace for palace, star in self.stars.items() if star == "天芮")

    @property
    def void_palaces(self) -> set[int]:
        return {_BRANCH_PALACES[BRANCHES.index(branch)] for branch in void_branches(self.hour)}

    @property
    def horse(self) -> int:
        """The branch (place in BRANCHES) of the horse."""
        return _HORSES[self.hour % 12 % 4]

    def heaven_palace(self, stem: str) -> int:
        """The palace over which a stem stands on the heaven plate."""
        if stem == self.earth[CENTRE]:
            return self.guest_palace
        return next(palace for palace, found in self.heaven.items() if found == stem)

    def palace_facts(self) -> list[Json]:
        return [self._palace(palace) for palace in range(1, 10)]

    def _palace(self, palace: int) -> Json:
        guest = palace == self.guest_palace
        return {
            "palace": palace,
            "name": PALACE_NAMES[palace],
            "direction": DIRECTIONS[palace],
            "element": ELEMENTS[palace],
            "earth": self.earth[palace],
            "earth_guest": self.earth[CENTRE] if palace == HOST else None,
            "heaven": self.heaven.get(palace),
            "heaven_guest": self.earth[CENTRE] if guest else None,
            "star": self.stars.get(palace),
            "star_guest": CENTRE_STAR if guest else None,
            "gate": self.gates.get(palace),
            "spirit": self.spirits.get(palace),
            "void": palace in self.void_palaces,
            "horse": palace == _BRANCH_PALACES[self.horse],
        }


def hidden_stem(index: int) -> str:
    """The stem on the plate for a sexagenary index: 甲 shows as the 仪 it hides under."""
    stem = index % 10
    return _HIDING[index // 10] if stem == 0 else STEMS[stem]


def plate(forward: bool, ju: int, hour: int, spirit_names: str) -> Plate:
    """The plate of 阳遁 (``forward``) or 阴遁, ``ju`` 1-9, for the double hour with sexagenary index ``hour``."""
    step = 1 if forward else -1
    earth = {_wrapped(ju + step * place): stem for place, stem in enumerate(LAID)}
    leaders = _leaders(earth, step, hour)
    turned = RING.index(leaders.star_palace) - RING.index(_hosted(leaders.home))
    stars = {RING[(place + turned) % 8]: star for place, star in enumerate(STARS)}
    heaven = {RING[(place + turned) % 8]: earth[RING[place]] for place in range(8)}
    swung = RING.index(leaders.gate_palace) - RING.index(_hosted(leaders.home))
    gates = {RING[(place + swung) % 8]: gate for place, gate in enumerate(GATES)}
    first = RING.index(leaders.star_palace)
    names = SPIRITS[spirit_names]
    spirits = {RING[(first + step * place) % 8]: name for place, name in enumerate(names)}
    return Plate(forward, ju, hour, earth, leaders, heaven, stars, gates, spirits)


def _leaders(earth: dict[int, str], step: int, hour: int) -> Leaders:
    """值符随时干，值使随时宫: the gate is counted from the raw palace, 5 included, and lodged only at the end."""
    head = hour - hour % 10
    stem = _HIDING[head // 10]
    home = _palace_of(earth, stem)
    place = RING.index(_hosted(home))
    star = CENTRE_STAR if home == CENTRE else STARS[place]
    star_palace = _hosted(_palace_of(earth, hidden_stem(hour)))
    gate_palace = _hosted(_wrapped(home + step * (hour - head)))
    return Leaders(head, stem, home, star, GATES[place], star_palace, gate_palace)


def _palace_of(earth: dict[int, str], stem: str) -> int:
    return next(palace for palace, found in earth.items() if found == stem)


def _hosted(palace: int) -> int:
    return HOST if palace == CENTRE else palace


def _wrapped(palace: int) -> int:
    return (palace - 1) % 9 + 1


def leader_facts(found: Plate) -> Json:
    """旬首, 值符, 值使, 空亡 and 马星."""
    leaders = found.leaders
    return {
        "head": cycle_name(leaders.head),
        "leader_stem": leaders.stem,
        "chief_star": leaders.star,
        "chief_star_palace": leaders.star_palace,
        "chief_gate": leaders.gate,
        "chief_gate_palace": leaders.gate_palace,
        "void": void_branches(found.hour),
        "horse": {"branch": BRANCHES[found.horse], "palace": _BRANCH_PALACES[found.horse]},
    }
