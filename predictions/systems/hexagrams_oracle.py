"""Which text of the 周易 a cast is read by, after the count of moving lines (朱熹《易学启蒙》·考变占)."""

from __future__ import annotations

from predictions.systems.hexagrams import Hexagram, all_lines_text, judgement, line_text
from predictions.types import Json


def oracle(main: Hexagram, changed: Hexagram | None, moving: tuple[int, ...]) -> Json:
    """``count`` of moving lines and the ``texts`` to read, the weightiest first."""
    count = len(moving)
    if changed is None:
        texts = [_judgement(main)]
    elif count <= 2:
        texts = [_line(main, position) for position in reversed(moving)]
    elif count == 3:
        texts = [_judgement(main), _judgement(changed)]
    elif count <= 5:
        texts = [_line(changed, position) for position in range(1, 7) if position not in moving]
    else:
        texts = [_all_lines(main) or _judgement(changed)]
    return {"count": count, "texts": texts}


def _judgement(of: Hexagram) -> Json:
    return {"hexagram": of.name, "title": "卦辞", "text": judgement(of)}


def _line(of: Hexagram, position: int) -> Json:
    return {"hexagram": of.name, "title": of.line_title(position), "text": line_text(of, position)}


def _all_lines(of: Hexagram) -> Json | None:
    text = all_lines_text(of)
    title = "用九" if of.yang(1) else "用六"
    return {"hexagram": of.name, "title": title, "text": text} if text else None
