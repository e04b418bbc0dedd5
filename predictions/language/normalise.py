"""One spelling for every sentence: the tables know simplified characters and half-width digits only."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import opencc

LIMIT = 500

# Loading the dictionaries costs milliseconds and the converter is stateless: one for the process.
_SIMPLIFIED = opencc.OpenCC("t2s")

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufe0e\ufe0f]")
_NUMERAL = "0-9零〇一二三四五六七八九十廿卅"
# A blank between two numerals separates them (五月二 十点); elsewhere it says nothing.
_BLANK = re.compile(rf"(?<![{_NUMERAL}A-Za-z.,:/-]) +| +(?![{_NUMERAL}A-Za-z.,:/-])")
_PUNCTUATION = str.maketrans(
    {
        "、": ",",
        "﹑": ",",
        "～": "~",
        "—": "-",
        "–": "-",
        "−": "-",
        "○": "〇",
        "◯": "〇",
        "Ｏ": "〇",
        "“": '"',
        "”": '"',
        "「": '"',
        "」": '"',
        "【": "(",
        "】": ")",
        "[": "(",
        "]": ")",
    }
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is what the parser reads; `cut` says that the original was longer than LIMIT characters."""

    text: str
    cut: bool


def normalise(original: str) -> Sentence:
    """NFKC, simplified characters, plain punctuation, no blanks except between numerals or Latin words."""
    cut = len(original) > LIMIT
    text = unicodedata.normalize("NFKC", original[:LIMIT])
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp", "Cn"} else c for c in text)
    text = _SIMPLIFIED.convert(_INVISIBLE.sub("", text)).translate(_PUNCTUATION)
    text = re.sub(r"\s+", " ", text).strip()
    return Sentence(_BLANK.sub("", text), cut)
