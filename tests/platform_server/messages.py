"""What a follower can do on the phone, as the XML that WeChat makes of it (protocol reference, sections 5 and 6)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any

from wechat.markup import cdata

Elements = dict[str, Any]
_ids = itertools.count(time.time_ns())
# Events have no id: a second of its own tells two equal ones apart.
_seconds = itertools.count(int(time.time()))
MEDIA = "local-media-0123456789"


def compose(to_user: str, openid: str, kind: str, values: Mapping[str, Any] | None = None) -> bytes:
    """The XML of one act, one of KINDS; `values` are its details, each with a default. Raises KeyError."""
    msg_type, elements = KINDS[kind](values or {})
    return xml_of(to_user, openid, msg_type, elements)


def xml_of(to_user: str, openid: str, msg_type: str, elements: Elements) -> bytes:
    """A message or event with any elements: nested objects, and lists for those that repeat."""
    head = {"ToUserName": to_user, "FromUserName": openid, "CreateTime": next(_seconds), "MsgType": msg_type}
    last = {} if msg_type == "event" else {"MsgId": next(_ids)}
    return f"<xml>{_written({**head, **elements, **last})}</xml>".encode()


def _written(elements: Elements) -> str:
    return "".join(_element(name, value) for name, value in elements.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        return f"<{name}>{_written(value)}</{name}>"
    return f"<{name}>{value if isinstance(value, int | float) else cdata(str(value))}</{name}>"


def _event(event: str, **elements: Any) -> tuple[str, Elements]:
    return "event", {"Event": event, **elements}


def _place(values: Mapping[str, Any]) -> Elements:
    named = {"Location_X": values.get("latitude", 30.2741), "Location_Y": values.get("longitude", 120.1551)}
    return {**named, "Scale": 15, "Label": values.get("label", "杭州市西湖区")}


def _scanned(event: str, values: Mapping[str, Any]) -> tuple[str, Elements]:
    result = {"ScanType": "qrcode", "ScanResult": values.get("result", "https://example.org/q/1")}
    return _event(event, EventKey=values.get("key", "SCAN"), ScanCodeInfo=result)


def _pictures(event: str, values: Mapping[str, Any]) -> tuple[str, Elements]:
    pictures = [{"PicMd5Sum": "5a75aaca956d97be686719218f275c6b"}] * int(values.get("count", 1))
    sent = {"Count": len(pictures), "PicList": {"item": pictures}}
    return _event(event, EventKey=values.get("key", "PICTURE"), SendPicsInfo=sent)


def _followed(values: Mapping[str, Any]) -> tuple[str, Elements]:
    if not values.get("scene"):
        return _event("subscribe", EventKey="")
    return _event("subscribe", EventKey=f"qrscene_{values['scene']}", Ticket="TICKET")


def _text(values: Mapping[str, Any]) -> tuple[str, Elements]:
    return "text", {"Content": values.get("text", "")}


def _tapped(values: Mapping[str, Any]) -> tuple[str, Elements]:
    return "text", {"Content": values["text"], "bizmsgmenuid": values.get("id", "1")}


def _spoken(values: Mapping[str, Any]) -> tuple[str, Elements]:
    return "voice", {"MediaId": MEDIA, "Format": "amr", "Recognition": values.get("text", "")}


def _location_select(values: Mapping[str, Any]) -> tuple[str, Elements]:
    place = _place(values) | {"Poiname": values.get("name", "断桥")}
    return _event("location_select", EventKey=values.get("key", "WHERE"), SendLocationInfo=place)


def _reported(values: Mapping[str, Any]) -> tuple[str, Elements]:
    latitude, longitude = values.get("latitude", 30.27), values.get("longitude", 120.15)
    return _event("LOCATION", Latitude=latitude, Longitude=longitude, Precision=65.0)


def _moving(msg_type: str) -> Callable[[Mapping[str, Any]], tuple[str, Elements]]:
    return lambda _values: (msg_type, {"MediaId": MEDIA, "ThumbMediaId": MEDIA})


KINDS: dict[str, Callable[[Mapping[str, Any]], tuple[str, Elements]]] = {
    "text": _text,
    "tap": _tapped,
    "voice": _spoken,
    "image": lambda _values: ("image", {"PicUrl": "https://example.org/photo.jpg", "MediaId": MEDIA}),
    "video": _moving("video"),
    "shortvideo": _moving("shortvideo"),
    "location": lambda values: ("location", _place(values)),
    "link": lambda values: (
        "link",
        {"Title": values.get("title", "一篇文章"), "Description": "说明", "Url": "https://example.org/"},
    ),
    "file": lambda values: (
        "file",
        {"Title": values.get("title", "生辰.pdf"), "Description": "", "FileKey": "k", "FileTotalLen": 1024},
    ),
    "subscribe": _followed,
    "unsubscribe": lambda _values: _event("unsubscribe", EventKey=""),
    "scan": lambda values: _event("SCAN", EventKey=values.get("scene", "almanac"), Ticket="TICKET"),
    "report": _reported,
    "click": lambda values: _event("CLICK", EventKey=values.get("key", "")),
    "view": lambda values: _event("VIEW", EventKey=values.get("url", "https://example.org/"), MenuId=1),
    "view_miniprogram": lambda values: _event("view_miniprogram", EventKey="pages/index", MenuId=1),
    "scancode_push": lambda values: _scanned("scancode_push", values),
    "scancode_waitmsg": lambda values: _scanned("scancode_waitmsg", values),
    "pic_sysphoto": lambda values: _pictures("pic_sysphoto", values),
    "pic_photo_or_album": lambda values: _pictures("pic_photo_or_album", values),
    "pic_weixin": lambda values: _pictures("pic_weixin", values),
    "location_select": _location_select,
}
