"""The sky as text for a phone."""

from __future__ import annotations

from datetime import datetime, timedelta

from predictions.terms_zh_en import label
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Chart, Json, Reading

# One WeChat text message less the echo in front of it; statements are cut to stay below.
ROOM = 2048 - 300


def render(chart: Chart, reading: Reading, lang: str) -> str:
    """Sun, moon, planets, eclipses, notices, as many statements as fit, the disclaimer."""
    facts = chart.facts
    disclaimer = DISCLAIMER_EN if lang == "en" else DISCLAIMER
    lines = [
        *_sun_lines(facts["sun"], facts["solar"], lang),
        *_moon_lines(facts["moon"], facts["solar"], lang),
        *_planet_lines(facts["planets"], lang),
        f"{label('next_eclipses', lang)}{'；'.join(map(_eclipse, facts['next_eclipses'])) or '2100年之内没有'}",
        *(f"※{notice.text}" for notice in chart.warnings),
    ]
    spare = ROOM - sum(len(line.encode()) + 1 for line in [*lines, disclaimer])
    for statement in reading.statements:
        line = f"·{statement.text}〔{statement.source}〕"
        spare -= len(line.encode()) + 1
        if spare >= 0:
            lines.append(line)
    return "\n".join([*lines, disclaimer])


def _clock(text: str | None, day: str) -> str:
    """HH:MM of a local time, rounded as almanacs print it; with the date where it is another day."""
    if text is None:
        return "无"
    shown = (datetime.fromisoformat(text) + timedelta(seconds=30)).isoformat()
    return shown[11:16] if shown[:10] == day else f"{shown[5:10]} {shown[11:16]}"


def _sun_lines(sun: Json, day: str, lang: str) -> list[str]:
    times = f"日出{_clock(sun['rise'], day)} 中天{_clock(sun['transit'], day)} 日落{_clock(sun['set'], day)}"
    length = f" 昼长{sun['day_length']}" if sun["day_length"] else ""
    dawn = " ".join(f"{name}{_clock(sun[f'{key}_dawn'], day)}" for key, name in _TWILIGHTS.items())
    dusk = " ".join(f"{name}{_clock(sun[f'{key}_dusk'], day)}" for key, name in _TWILIGHTS.items())
    lines = [f"{label('sun', lang)}{times}{length}", f"{label('twilight', lang)}晨 {dawn}；昏 {dusk}"]
    return [*lines, f"※{sun['reason']}"] if sun["reason"] else lines


_TWILIGHTS = {"civil": "民用", "nautical": "航海", "astronomical": "天文"}


def _moon_lines(moon: Json, day: str, lang: str) -> list[str]:
    lit = f"{moon['phase']}，照亮{moon['illumination'] * 100:.0f}%，月龄{moon['age_days']}天"
    times = (
        f"月出{_clock(moon['rise'], day)} 中天{_clock(moon['transit'], day)} 月落{_clock(moon['set'], day)}"
    )
    phases = " ".join(f"{found['name']}{_clock(found['local'], '')}" for found in moon["phases"])
    lines = [f"{label('moon', lang)}{lit}", times, f"{label('phases', lang)}{phases}"]
    return [*lines, f"※{moon['reason']}"] if moon["reason"] else lines


def _planet_lines(planets: list[Json], lang: str) -> list[str]:
    seen = "、".join(
        f"{planet['name']}（{planet['period']}，{planet['direction']}，高{planet['altitude']:.0f}°，"
        f"{planet['magnitude']:g}等）"
        for planet in planets
        if planet["visible"]
    )
    hidden = "、".join(
        f"{planet['name']}（{planet['reason']}）" for planet in planets if not planet["visible"]
    )
    lines = [f"{label('planets_seen', lang)}{seen or '无'}"]
    return [*lines, f"{label('planets_hidden', lang)}{hidden}"] if hidden else lines


def _eclipse(eclipse: Json) -> str:
    here = eclipse["local"]
    seen = "当地不可见" if not here["visible"] else "当地可见" if here["complete"] else "当地可见一部分"
    peak = eclipse["local_peak"]
    return f"{peak[:4]}-{_clock(peak, '')} {eclipse['name']}（{seen}）"
