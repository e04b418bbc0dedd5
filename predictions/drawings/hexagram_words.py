"""The pictures of hexagrams in words, line by line from the bottom, as they are read."""

from __future__ import annotations

from predictions.types import Json

# The states of a line that a picture has room for; the reading tells the others.
SHOWN_MARKS = ("旬空", "月破", "日破", "暗动")
_ORDINALS = ("初", "二", "三", "四", "五", "上")


def liuyao_description(facts: Json) -> str:
    """All that the picture of 六爻 shows."""
    main, changed = facts["main"], facts["changed"]
    told = [f"本卦{_palace(main)}", *([f"变卦{_palace(changed)}"] if changed else ["六爻安静，没有变卦"])]
    if facts["focus"]:
        told.append(f"用神{facts['focus']['relative']}")
    others = changed["lines"] if changed else [None] * 6
    pairs = zip(main["lines"], others, strict=True)
    lines = [_line(line, other, facts["focus"]) for line, other in pairs]
    return f"{'，'.join(told)}。{_day(facts)}自下而上：{'；'.join(lines)}。"


def _palace(of: Json) -> str:
    kind = f"，{of['kind']}卦" if of["kind"] else ""
    return f"{of['name']}（{of['palace']}宫{of['stage']}{kind}）"


def _day(facts: Json) -> str:
    body = f"卦身{facts['body']['branch']}" if facts["body"] else ""
    if not facts["day"]:
        told = "未给起卦时刻，不排月日、旬空与六神"
        return f"{told}，{body}。" if body else f"{told}。"
    void = "、".join(facts["void"])
    return f"月建{facts['month']}，日辰{facts['day']}，旬空{void}{f'，{body}' if body else ''}。"


def notes_of(line: Json, focus: Json | None) -> list[str]:
    """用神 where the line is or hides it, its states, 伏神."""
    told = ["用神"] if focus and line["position"] in _focus_positions(focus) else []
    told += [mark for mark in line["marks"] if mark in SHOWN_MARKS]
    return [*told, f"伏{_relative(line['hidden'])}"] if line["hidden"] else told


def _focus_positions(focus: Json) -> list[int]:
    hidden = [focus["hidden"]] if focus["hidden"] else []
    return [line["position"] for line in [*focus["lines"], *hidden]]


def _line(line: Json, other: Json | None, focus: Json | None) -> str:
    """初爻：子孙己卯木，阳爻，动，变为官鬼辛丑土."""
    told = [f"{_ORDINALS[line['position'] - 1]}爻{_relative(line)}", f"{line['yin_yang']}爻"]
    told += [word for word, holds in (("世", line["shi"]), ("应", line["ying"])) if holds]
    if line["spirit"]:
        told.append(f"临{line['spirit']}")
    told += [f"伏神{note[1:]}" if note.startswith("伏") else note for note in notes_of(line, focus)]
    if other is not None:
        shown = "、".join(mark for mark in other["marks"] if mark in SHOWN_MARKS)
        void = f"（{shown}）" if shown else ""
        moved = f"发动变为{other['yin_yang']}爻" if line["moving"] else "不动，变卦此爻为"
        told.append(f"{moved}{_relative(other)}{void}")
    return "，".join(told)


def _relative(line: Json) -> str:
    return f"{line['relative']}{line['stem']}{line['branch']}{line['element']}"


def meihua_description(facts: Json) -> str:
    """All that the picture of 梅花 shows."""
    stages = [
        _stage(facts, key, title)
        for key, title in (("main", "本卦"), ("mutual", "互卦"), ("changed", "变卦"))
    ]
    relation, moving = facts["body_use"], facts["main"]["lines"][facts["moving"] - 1]
    told = f"动爻为{moving['title']}，{moving['yin_yang']}爻动。"
    body = f"体卦{facts['body']}{relation['body_element']}，用卦{facts['use']}{relation['use_element']}"
    return f"{''.join(stages)}{told}{body}，{relation['relation']}。"


def _stage(facts: Json, key: str, title: str) -> str:
    of = facts[key]
    bars = "".join(line["yin_yang"] for line in of["lines"])
    trigrams = []
    for place, name in (("upper", "上"), ("lower", "下")):
        role, element = trigram_role(facts, key, place)
        trigrams.append(f"{name}卦{of[place]}{element}为{role}")
    return f"{title}{of['name']}，{'，'.join(trigrams)}，六爻自下而上{bars}。"


def trigram_role(facts: Json, key: str, place: str) -> tuple[str, str]:
    """(体, 用, 变, 体互 or 用互; the element) of a trigram: what is 体 in the main hexagram stays as it is."""
    relation = facts["body_use"]
    is_body = (relation["body_place"] == "上") == (place == "upper")
    if key == "mutual":
        own = relation["mutual"][0 if is_body else 1]
        return own["place"], own["element"]
    if is_body:
        return "体", relation["body_element"]
    if key == "changed":
        return "变", relation["changed"]["element"]
    return "用", relation["use_element"]
