"""A place that a follower sends: the sky there tonight, where the account answers that."""

from __future__ import annotations

from datetime import datetime, tzinfo

from predictions import engine, language
from predictions.language.wording import enabled
from predictions.sky.site import Site, zone_of
from predictions.solar_terms import CHINA
from predictions.types import Chart, InvalidInput, Json
from predictions.zones import MAINLAND, find_zone
from wechat.gateway_account import GatewayAccount
from wechat.xml import Incoming

HOW_TO_USE = "以后发“我这里的天象”就按它看；“删除我的资料”删除。"
REMEMBER = "回复“记住这里”可以保存这个地点，不回复就不保存。"


def spot_of(incoming: Incoming) -> Json | None:
    """Where a location message or event is: degrees north and east and what WeChat calls it; None if unreadable."""
    for path in ((), ("SendLocationInfo",)):
        north, east = incoming.value(*path, "Location_X"), incoming.value(*path, "Location_Y")
        try:
            latitude, longitude = float(north), float(east)
        except ValueError:
            continue
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            label = incoming.value(*path, "Label").strip()[:80]
            return {"latitude": round(latitude, 4), "longitude": round(longitude, 4), "label": label}
    return None


def in_words(spot: Json) -> str:
    label: str = spot["label"]
    return label or f"{spot['latitude']:g}, {spot['longitude']:g}"


def zone_at(spot: Json | None) -> tzinfo:
    """Where 今天 is meant: at the place that the person saved, else in China."""
    found = find_zone(zone_of(spot["latitude"], spot["longitude"])) if spot else None
    return found or CHINA


def sky_tonight(account: GatewayAccount, spot: Json, now: datetime) -> tuple[str, Chart | None]:
    """Sun, moon and planets of the place's own day, with their chart; polite where the account doesn't answer that."""
    if not any(system.id == "sky" for system in enabled(account.systems)):
        return f"收到您的位置了，不过这里没有按地点看的内容。\n{language.menu_text(account.systems)}", None
    latitude, longitude = spot["latitude"], spot["longitude"]
    zone = zone_of(latitude, longitude)
    today = Site(latitude, longitude, zone).local(now).date()
    day = {"calendar": "solar", "year": today.year, "month": today.month, "day": today.day}
    try:
        # Of a zone that had to be guessed from the longitude the answer says so.
        where = {"tz": zone} if zone == MAINLAND else {}
        answer = engine.answer("sky", {"date": day, "latitude": latitude, "longitude": longitude, **where})
    except InvalidInput as invalid:
        return "".join(error.detail for error in invalid.errors), None
    return f"{in_words(spot)}的天象\n我理解为：{answer.understood_as}\n{answer.text}", answer.chart
