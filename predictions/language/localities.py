"""Where somebody was born: looked for only beside words of birth or where nothing else explains the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from predictions.language.scan import TAKEN, Scan
from predictions.language.topics import TABLE
from predictions.places import find_places, match_at


@dataclass(frozen=True, slots=True)
class Locality:
    """A place of birth; without `full_name` it was named but is not known."""

    text: str
    full_name: str = ""
    notes: tuple[str, ...] = ()


_CUE = re.compile(
    r"(?:出生地(?:点)?|籍贯|生地)(?:是|为|在|:)?[ ]?(?P<a>[\u4e00-\u9fffA-Za-z ]{2,20})"
    r"|(?:出?生[于在]|(?<![现不存])在)(?P<b>[\u4e00-\u9fff]{2,12}?)(?:出?生|的|,|。|$|\x00)"
)
# What is left of a birth sentence once the place is taken away.
_WORDS = re.compile("|".join(TABLE["beside_place"]))
_LOOSE = re.compile(r"[\u4e00-\u9fff]{2,12}")


def find_locality(scan: Scan) -> Locality | None:
    """The place beside 出生地, 生于, 在…出生, else a chunk of text that is a place name as a whole."""
    rest = scan.rest
    for match in _CUE.finditer(rest):
        name = (match["a"] or match["b"]).strip()
        return _known(name) or Locality(name)
    for match in _LOOSE.finditer(_WORDS.sub(lambda word: TAKEN * len(word[0]), rest)):
        if (found := _whole(match[0])) is not None:
            return found
    return None


def _known(name: str) -> Locality | None:
    found = match_at(name, 0)
    return _whole(name[: found.end]) if found else None


def _whole(name: str) -> Locality | None:
    places = find_places(name)
    if not places:
        return None
    first, *others = places
    note = f"“{name}”按{first.full_name}理解，另有{others[0].full_name}" if others else ""
    return Locality(name, first.full_name, (note,) if note else ())
