"""The picture of a 紫微斗数 chart in words, palace by palace from 命宫."""

from __future__ import annotations

from predictions.types import Json

_GENDERS = {"male": "男", "female": "女"}


def description(facts: Json) -> str:
    """All that the picture shows."""
    palaces = facts["palaces"]
    first = next(place for place, palace in enumerate(palaces) if palace["name"] == "命宫")
    ordered = [palaces[(first - step) % 12] for step in range(12)]
    return "".join([_birth(facts), *(_palace(palace) for palace in ordered), *_levels(facts["levels"])])


def _birth(facts: Json) -> str:
    pillars, hour = facts["pillars"], facts["hour"]
    return (
        f"{_GENDERS[facts['gender']]}命，公历{facts['solar']}，农历{facts['lunar']['text']}，"
        f"{hour['name']}（{hour['range']}），属{facts['zodiac']}，"
        f"四柱{'、'.join(pillars[name] for name in ('year', 'month', 'day', 'hour'))}，"
        f"{facts['five_elements_class']}，命主{facts['soul_star']}，身主{facts['body_star']}。"
        f"十二宫自命宫起依次为："
    )


def _palace(palace: Json) -> str:
    marks = [*(["身宫在此"] if palace["body"] else []), *(["来因宫"] if palace["origin"] else [])]
    decade = palace["decadal"]
    major = "、".join(_star(star) for star in palace["major"])
    told = [
        f"{_name(palace['name'])}在{palace['stem']}{palace['branch']}",
        *marks,
        f"主星{major}" if major else "无主星",
    ]
    for key, title in (("minor", "辅星"), ("adjective", "杂曜")):
        if palace[key]:
            told.append(title + "、".join(_star(star) for star in palace[key]))
    gods = "、".join(palace[key] for key in ("boshi", "jiangqian", "suiqian"))
    told += [f"神煞{gods}", f"长生十二神为{palace['changsheng']}", f"大限{decade['from']}至{decade['to']}岁"]
    return "，".join(told) + "。"


def _name(name: str) -> str:
    return name if name.endswith("宫") else f"{name}宫"


def _star(star: Json) -> str:
    """紫微（庙、化权）."""
    marks = [star["brightness"], f"化{star['mutagen']}" if star["mutagen"] else None]
    told = "、".join(mark for mark in marks if mark)
    return f"{star['name']}（{told}）" if told else str(star["name"])


def _levels(levels: Json | None) -> list[str]:
    if levels is None:
        return []
    told = [f"所问之日{levels['target']}，虚岁{levels['age']}"]
    for key, name in (("decadal", "大限"), ("yearly", "流年"), ("small", "小限")):
        level = levels[key]
        if level:
            stars = "、".join(f"{entry['star']}化{entry['mutagen']}" for entry in level["mutagens"])
            changes = f"，{stars}" if key != "small" else ""
            told.append(f"{name}{level['ganzhi']}，命宫在{_name(level['palace'])}{changes}")
    return ["；".join(told) + "。"]
