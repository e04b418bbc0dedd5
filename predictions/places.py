"""Where a name lies: Chinese places down to counties and districts, and the cities of the world.

``data/china_places.csv`` is made from the adcode table of cpca (MIT, see data/LICENSE-china_places.txt),
where rows of older names are kept because people were born there. ``data/world_places.csv`` is our own. The
time zone of a mainland place is Asia/Shanghai always, Xinjiang too: births there are given in Beijing time.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

from predictions.types import Json

DATA = Path(__file__).parent / "data"
LEVELS = ("country", "province", "city", "county", "district")

_ZONES = {"71": "Asia/Taipei", "81": "Asia/Hong_Kong", "82": "Asia/Macau"}
_COUNTRY_WORD = re.compile(r"^(中国|中华人民共和国)(?=.)")
_NOISE = re.compile(r"[\s,，、·.。/-]+")
_NATIONS = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 "
    "傈僳 佤 畲 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 "
    "阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 保安 裕固 独龙 鄂伦春 门巴 各"
)
_NATION = "|".join(sorted(_NATIONS.split(" "), key=len, reverse=True))
_AUTONOMOUS = re.compile(rf"(?<=..)(?:(?:{_NATION})族|蒙古|哈萨克|柯尔克孜|维吾尔)*自治([区州县旗])$")
_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|地区|新区|[省市盟县区])$")


@dataclass(frozen=True, slots=True)
class Place:
    """A place. Degrees, east and north positive; ``tz`` an IANA zone; ``id`` is stable (adcode or English
    name).
    """

    id: str
    name: str
    full_name: str
    country: str
    level: str
    latitude: float
    longitude: float
    tz: str

    def as_dict(self) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "full_name": self.full_name,
            "country": self.country,
            "level": self.level,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "tz": self.tz,
        }


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A place named inside a sentence, at text[start:end]."""

    place: Place
    start: int
    end: int


def find_place(name: str) -> Place | None:
    """The place of a name such as 杭州, 浙江省杭州市西湖区, 美国纽约 or Tokyo; the whole name has to be
    understood.

    A name of several places is the one of the highest level (朝阳 is 朝阳市 in 辽宁); ``find_places`` lists
    all.
    """
    found = find_places(name)
    return found[0] if found else None


def find_places(name: str) -> list[Place]:
    """Every place of that name, the likeliest first."""
    text = _normal(name)
    return list(_index().get(text, ())) or _inside(text, None)


def match_at(text: str, start: int) -> PlaceMatch | None:
    """The longest place name that begins at text[start], chains like 浙江杭州 included."""
    end_limit = min(len(text), start + 24)
    for end in range(end_limit, start + 1, -1):
        place = find_place(text[start:end])
        if place is not None and _normal(text[start:end]) == text[start:end].lower():
            return PlaceMatch(place, start, end)
    return None


def find_in(text: str) -> PlaceMatch | None:
    """The longest place name anywhere in a sentence; the first of equals."""
    matches = [found for start in range(len(text)) if (found := match_at(text, start))]
    return max(matches, key=lambda found: (found.end - found.start, -found.start), default=None)


def suggest(name: str, limit: int = 8) -> list[Place]:
    """Places whose names begin with, contain or resemble ``name``, best first; [] when nothing is near."""
    text = _normal(name)
    if not text:
        return []
    near = [(score, alias) for alias in _index() if (score := _likeness(text, alias)) > 0]
    ranked = [(-score, *_rank(place), place) for score, alias in near for place in _index()[alias]]
    ordered = [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])]
    return list(dict.fromkeys(ordered))[:limit]


def _likeness(text: str, alias: str) -> float:
    if alias.startswith(text):
        return 3.0
    if text.startswith(alias):
        return 1.5
    if text in alias:
        return 2.0
    if not set(text) & set(alias) or abs(len(text) - len(alias)) > 3:
        return 0.0
    ratio = SequenceMatcher(None, text, alias).ratio()
    return ratio if ratio >= 0.5 else 0.0


def _normal(name: str) -> str:
    return _COUNTRY_WORD.sub("", _NOISE.sub("", name)).lower()


def _inside(text: str, outer: Place | None) -> list[Place]:
    """The places that a chain of names ends in, each name inside the one before: 浙江 | 杭州 | 西湖."""
    for cut in range(len(text), 1, -1):
        heads = [place for place in _index().get(text[:cut], ()) if outer is None or lies_in(place, outer)]
        if heads and cut == len(text):
            return heads
        for head in heads:
            if found := _inside(text[cut:], head):
                return found
    return []


def lies_in(place: Place, outer: Place) -> bool:
    """Whether a place is a part of another: a district of its city, a city of its country."""
    if outer.level == "country":
        return place.country == outer.country and place.level != "country"
    prefix = outer.id.rstrip("0") if outer.level in ("province", "city") else outer.id
    prefix = prefix + "0" * (len(prefix) % 2)
    return place.id != outer.id and outer.id.isdigit() and place.id.startswith(prefix)


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[Place, ...]]:
    """Every alias, lower case and without spaces, with its places by level."""
    index: dict[str, list[Place]] = {}
    for place, aliases in [*_china(), *_world()]:
        for alias in aliases:
            index.setdefault(alias, []).append(place)
    ranked = {alias: sorted(dict.fromkeys(places), key=_rank) for alias, places in index.items()}
    return {alias: tuple(places) for alias, places in ranked.items()}


def _rank(place: Place) -> tuple[int, int, str]:
    """Cities before countries (新加坡), county-level cities before counties, then by code, so that order is
    fixed.
    """
    level = LEVELS.index(place.level) if place.level != "country" else len(LEVELS)
    return level, not place.full_name.endswith("市"), place.id


def _rows(name: str) -> Iterable[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))


def _china() -> list[tuple[Place, set[str]]]:
    rows = list(_rows("china_places.csv"))
    names = {row["adcode"]: row["name"] for row in rows}
    return [_chinese_place(row, names) for row in rows]


def _chinese_place(row: dict[str, str], names: dict[str, str]) -> tuple[Place, set[str]]:
    code, name = row["adcode"], row["name"]
    parents = [names.get(code[:2] + "0000"), names.get(code[:4] + "00")]
    chain = dict.fromkeys([parent for parent in parents if parent] + [name])
    short = _short(name)
    place = Place(
        id=code,
        name=short,
        full_name="".join(chain),
        country="CN",
        level=_level(code, name),
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        tz=_ZONES.get(code[:2], "Asia/Shanghai"),
    )
    return place, {name, short, _AUTONOMOUS.sub(r"\1", name)}


def _level(code: str, name: str) -> str:
    if code.endswith("0000"):
        return "province"
    if code.endswith("00"):
        return "city"
    return "district" if name.endswith("区") else "county"


def _short(name: str) -> str:
    """杭州市 -> 杭州, 延边朝鲜族自治州 -> 延边; at least two characters stay."""
    short = _AUTONOMOUS.sub("", name)
    return short if short != name else _SUFFIX.sub("", name)


def _world() -> list[tuple[Place, set[str]]]:
    return [_world_place(row) for row in _rows("world_places.csv")]


def _world_place(row: dict[str, str]) -> tuple[Place, set[str]]:
    place = Place(
        id=row["id"],
        name=row["name"],
        full_name=row["full_name"],
        country=row["country"],
        level=row["level"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        tz=row["tz"],
    )
    aliases = [row["name"], row["full_name"], *row["aliases"].split("|")]
    return place, {_normal(alias) for alias in aliases if alias}
