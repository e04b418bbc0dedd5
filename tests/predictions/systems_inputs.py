"""Random input of every system, good and bad, for the property tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from predictions import registry
from predictions.schemas import FIRST_YEAR, LAST_YEAR

Strategy = st.SearchStrategy[Any]

ZONES = (
    "Asia/Shanghai",
    "+08:00",
    "-05:00",
    "America/New_York",
    "Europe/Dublin",
    "Pacific/Apia",
    "Asia/Kolkata",
)
PLACES = ("杭州", "纽约", "乌鲁木齐", "Suva", "台北", "香港", "Reykjavik")

days = st.fixed_dictionaries(
    {
        "calendar": st.sampled_from(["solar", "lunar"]),
        "year": st.integers(FIRST_YEAR, LAST_YEAR),
        "month": st.integers(1, 12),
        "day": st.integers(1, 28) | st.integers(1, 31),
    },
    # A leap month that a year does not have is refused, and most have none.
    optional={"leap": st.sampled_from([False, False, False, False, True])},
)
clocks = st.fixed_dictionaries(
    {"hour": st.integers(0, 23) | st.sampled_from([0, 23])},
    optional={"minute": st.integers(0, 59) | st.sampled_from([0, 59])},
)
sites = st.fixed_dictionaries(
    {},
    optional={
        "tz": st.sampled_from(ZONES),
        "place": st.sampled_from(PLACES),
        "longitude": st.floats(-180, 180),
        "latitude": st.floats(-90, 90),
    },
)


def joined(*parts: Strategy) -> Strategy:
    """One object of several."""
    return st.tuples(*parts).map(
        lambda found: {name: value for part in found for name, value in part.items()}
    )


moments = joined(days, clocks, sites)
births = joined(days, clocks | st.just({}), sites)
genders = st.sampled_from(["male", "female"])
numbers = st.integers(1, 10**6)

# Solar days as text, for ranges.
texts = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)).map(lambda day: day.isoformat())
people = st.lists(
    st.fixed_dictionaries({"zodiac": st.sampled_from("鼠牛虎兔龙蛇马羊猴鸡狗猪")})
    | st.fixed_dictionaries({"birth": births}),
    max_size=2,
)
lines = st.lists(st.integers(6, 9), min_size=6, max_size=6)
ranges = st.tuples(texts, st.integers(0, 60)).map(lambda found: _range(*found))


def _range(first: str, length: int) -> dict[str, str]:

    last = min(date.fromisoformat(first) + timedelta(days=length), date(LAST_YEAR, 12, 31))
    return {"from": first, "to": last.isoformat()}


INPUTS: dict[str, Strategy] = {
    "calendar": st.fixed_dictionaries({"date": days}),
    "almanac": st.fixed_dictionaries({"date": days}),
    "date_selection": joined(
        st.fixed_dictionaries(
            {"event": st.sampled_from(["搬家", "结婚", "开业", "出行", "安葬"])}, optional={"people": people}
        ),
        ranges,
    ),
    "bazi": st.fixed_dictionaries({"birth": births}, optional={"gender": genders}),
    "ziwei": st.fixed_dictionaries({"birth": moments, "gender": genders}, optional={"target": days}),
    "liuyao": st.fixed_dictionaries({"moment": moments})
    | st.fixed_dictionaries({"lines": lines}, optional={"moment": moments})
    | st.fixed_dictionaries({"seed": st.integers(0, 10**9) | st.text(min_size=1, max_size=8)})
    | st.fixed_dictionaries({"numbers": st.lists(numbers, min_size=1, max_size=3), "moment": moments}),
    "xiaoliuren": st.fixed_dictionaries({"moment": moments})
    | st.fixed_dictionaries({"numbers": st.lists(numbers, min_size=3, max_size=3)}),
    "meihua": st.fixed_dictionaries({"moment": moments})
    | st.fixed_dictionaries(
        {"numbers": st.lists(numbers, min_size=2, max_size=3)}, optional={"moment": moments}
    ),
    "qimen": st.fixed_dictionaries({"moment": moments}),
    "sky": joined(
        st.fixed_dictionaries({"date": days}),
        st.fixed_dictionaries({"place": st.sampled_from(PLACES)})
        | st.fixed_dictionaries(
            {"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)},
            optional={"tz": st.sampled_from(ZONES)},
        ),
    ),
}


def options_of(system_id: str) -> Strategy:
    """Any choice of the system's options, each given or left out."""
    members = registry.get(system_id).option_schema["properties"]
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(_values(member)) for name, member in members.items()}
    )


def _values(member: dict[str, Any]) -> list[Any]:
    return list(member["enum"]) if "enum" in member else [True, False]


def requests_of(system_id: str) -> Strategy:
    """(input, options) of a system that an honest client might send; some name a day that does not exist."""
    return st.tuples(INPUTS[system_id], options_of(system_id))


# What no client sends on purpose: any JSON, NaN and infinity included, and good input with one member spoilt.
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def spoilt(draw: st.DrawFn, system_id: str) -> Any:
    """Good input, one member of it, at any depth, taken away, replaced, or joined by a stranger."""
    data = draw(INPUTS[system_id])
    node = data
    while True:
        name = draw(st.sampled_from(sorted(node))) if node else None
        inner = node.get(name)
        if not isinstance(inner, dict) or draw(st.booleans()):
            break
        node = inner
    _spoil(draw, node, name)
    return data


def _spoil(draw: st.DrawFn, node: dict[str, Any], name: str | None) -> None:
    way = draw(st.sampled_from(["drop", "replace", "stranger"]))
    if way == "stranger" or name is None:
        node[draw(st.text(max_size=5))] = draw(anything)
    elif way == "drop":
        del node[name]
    else:
        node[name] = draw(anything)
