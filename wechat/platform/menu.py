"""The custom menu's rules, pure: what WeChat would refuse, said before it is asked (protocol reference, section 9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TOP_BUTTONS, SUB_BUTTONS = 3, 5
TOP_NAME, SUB_NAME, KEY, URL = 16, 60, 128, 1024  # bytes of UTF-8
REQUIRED = {
    "click": ("key",),
    "view": ("url",),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
    "miniprogram": ("url", "appid", "pagepath"),
}
_LIMITS = {"key": KEY, "url": URL}
PLATFORM_TYPES = ("1", "2", "3")  # iOS, Android, others


def problems_of(menu: Any) -> list[str]:
    """What is wrong with `menu`, one line each; empty when WeChat would take it.

    {"button": [...]}, and perhaps "conditionalmenu": [{"button": [...], "matchrule": {...}}] for some followers.
    """
    found = _problems_of_buttons(menu)
    conditional = menu.get("conditionalmenu", []) if isinstance(menu, dict) else []
    if not isinstance(conditional, list):
        return [*found, "conditionalmenu is not a list"]
    for number, one in enumerate(conditional, 1):
        where = f"conditional menu {number}"
        found += [f"{where}: {problem}" for problem in _problems_of_buttons(one)]
        found += [f"{where}: {problem}" for problem in _problems_of_rule(one)]
    return found


def _problems_of_rule(menu: Any) -> Iterator[str]:
    """Which members WeChat takes now is not documented for sure; that a rule says something is."""
    rule = menu.get("matchrule") if isinstance(menu, dict) else None
    if not isinstance(rule, dict) or not any(rule.values()):
        yield 'matchrule says for whom it is, for instance {"tag_id": "100"} or {"client_platform_type": "1"}'
        return
    for name, value in rule.items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            yield f"matchrule.{name} is neither text nor a number"
    kind = str(rule.get("client_platform_type", "") or PLATFORM_TYPES[0])
    if kind not in PLATFORM_TYPES:
        yield f"matchrule.client_platform_type is {kind}; 1 is iOS, 2 Android, 3 others"


def bare_conditional(menu: dict[str, Any]) -> dict[str, Any]:
    """A conditional menu without what WeChat adds: its id, and the members of the rule that say nothing."""
    rule = {name: str(value) for name, value in menu["matchrule"].items() if value not in ("", None)}
    return {"button": _bare(menu["button"]), "matchrule": rule}


def _problems_of_buttons(menu: Any) -> list[str]:
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list) or not buttons:
        return ['a menu is {"button": [...]} with at least one button']
    found = [f"{len(buttons)} buttons; at most {TOP_BUTTONS}"] if len(buttons) > TOP_BUTTONS else []
    for number, button in enumerate(buttons, 1):
        found += _problems_of_top(button, f"button {number}")
    return found


def _problems_of_top(button: Any, where: str) -> Iterator[str]:
    if not isinstance(button, dict):
        yield f"{where}: not an object"
        return
    yield from _name_problems(button, where, TOP_NAME)
    subs = button.get("sub_button")
    if not subs:
        yield from _action_problems(button, where)
        return
    if not isinstance(subs, list):
        yield f"{where}: sub_button is not a list"
        return
    if len(subs) > SUB_BUTTONS:
        yield f"{where}: {len(subs)} sub-buttons; at most {SUB_BUTTONS}"
    if "type" in button:
        yield f"{where}: a button with sub-buttons has no type"
    for number, sub in enumerate(subs, 1):
        yield from _problems_of_sub(sub, f"{where}.{number}")


def _problems_of_sub(button: Any, where: str) -> Iterator[str]:
    if not isinstance(button, dict):
        yield f"{where}: not an object"
        return
    yield from _name_problems(button, where, SUB_NAME)
    if button.get("sub_button"):
        yield f"{where}: sub-buttons have no sub-buttons"
    yield from _action_problems(button, where)


def _name_problems(button: dict[str, Any], where: str, limit: int) -> Iterator[str]:
    name = button.get("name")
    if not isinstance(name, str) or not name.strip():
        yield f"{where}: no name"
    elif len(name.encode()) > limit:
        yield f"{where}: the name has {len(name.encode())} bytes; at most {limit}"


def _action_problems(button: dict[str, Any], where: str) -> Iterator[str]:
    kind = button.get("type")
    if kind not in REQUIRED:
        yield f"{where}: type {kind!r} is none of {', '.join(REQUIRED)}"
        return
    for member in REQUIRED[kind]:
        value = button.get(member)
        if not isinstance(value, str) or not value:
            yield f"{where}: {kind} needs {member}"
        elif len(value.encode()) > _LIMITS.get(member, URL):
            yield f"{where}: {member} has {len(value.encode())} bytes; at most {_LIMITS.get(member, URL)}"


def same(first: Any, second: Any) -> bool:
    """Whether two menus show the same; WeChat adds an empty sub_button to every button."""
    return bool(_bare(first) == _bare(second))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items() if not (name == "sub_button" and not item)}
    return [_bare(item) for item in value] if isinstance(value, list) else value
