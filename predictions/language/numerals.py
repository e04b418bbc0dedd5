"""Chinese numerals as dates use them: 十七, 廿三, 卅, 初八, 一九九〇, 九零, 二千零六, 三十八."""

from __future__ import annotations

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_TENS = {"廿": 20, "卅": 30}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def number(text: str) -> int | None:
    """The value of a numeral in either script, None when it is not one. 一九九〇 is read digit by digit."""
    text = text.removeprefix("初")
    if text.isascii():
        return int(text) if text.isdecimal() else None
    if all(c in _DIGITS or c.isdecimal() for c in text):
        digits = [_DIGITS[c] if c in _DIGITS else int(c) for c in text]
        return int("".join(map(str, digits)))
    return _positional(text)


def _positional(text: str) -> int | None:
    total, pending = 0, 0
    for c in text:
        if c in _TENS:
            total += _TENS[c]
        elif c in _UNITS:
            total, pending = total + (pending or 1) * _UNITS[c], 0
        elif c in _DIGITS:
            pending = _DIGITS[c]
        else:
            return None
    return total + pending
