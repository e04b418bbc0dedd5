"""The custom menu as a form: three buttons with five sub-buttons each, every limit of WeChat at its own field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from wechat.platform.menu import KEY, REQUIRED, SUB_BUTTONS, SUB_NAME, TOP_BUTTONS, TOP_NAME, URL

ACTIONS: list[tuple[str, str | Promise]] = [
    ("", "–"),
    ("click", _("answers as if this were written")),
    ("view", _("opens a web page")),
    ("miniprogram", _("opens a mini program")),
    ("scancode_waitmsg", _("scans a code and tells us")),
    ("scancode_push", _("scans a code")),
    ("pic_sysphoto", _("takes a photo")),
    ("pic_photo_or_album", _("photo or album")),
    ("pic_weixin", _("picture from WeChat")),
    ("location_select", _("sends a place")),
    ("media_id", _("sends material")),
    ("view_limited", _("opens material")),
    ("article_id", _("sends an article")),
    ("article_view_limited", _("opens an article")),
]
PARTS = ("name", "type", "value", "extra")
Button = dict[str, Any]


def value_member(kind: str) -> str:
    """The member of a button that the field "value" is: its key, address or id."""
    return REQUIRED[kind][0]


@dataclass(frozen=True, slots=True)
class Row:
    """The four fields of one button, for the template."""

    number: int
    name: BoundField
    type: BoundField
    value: BoundField
    extra: BoundField

    @property
    def errors(self) -> list[str]:
        return [str(error) for part in PARTS for error in getattr(self, part).errors]

    @property
    def is_used(self) -> bool:
        return any(getattr(self, part).value() for part in PARTS)


@dataclass(frozen=True, slots=True)
class Column:
    """A button of the bar with its sub-buttons."""

    top: Row
    subs: list[Row]

    @property
    def is_open(self) -> bool:
        return any(row.is_used for row in self.subs)


class MenuForm(forms.Form):
    """`menu` is what would be pushed once the form is valid."""

    def __init__(self, data: Mapping[str, Any] | None = None, menu: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(_initial_of(menu or {})))
        for top, sub in _places():
            kinds = forms.Select(choices=ACTIONS)
            self.fields[_field(top, sub, "name")] = forms.CharField(label=_("Name"), required=False)
            self.fields[_field(top, sub, "type")] = forms.ChoiceField(
                label=_("What it does"), required=False, choices=ACTIONS, widget=kinds
            )
            self.fields[_field(top, sub, "value")] = forms.CharField(
                label=_("Sentence, address or id"), required=False
            )
            self.fields[_field(top, sub, "extra")] = forms.CharField(
                label=_("Mini program: AppID and page"), required=False
            )

    def columns(self) -> list[Column]:
        return [
            Column(self._row(top, 0), [self._row(top, sub) for sub in range(1, SUB_BUTTONS + 1)])
            for top in range(1, TOP_BUTTONS + 1)
        ]

    def _row(self, top: int, sub: int) -> Row:
        return Row(sub, *(self[_field(top, sub, part)] for part in PARTS))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        used = [top for top in range(1, TOP_BUTTONS + 1) if self._is_used(top)]
        if not used:
            self.add_error(None, _("A menu has at least one button."))
        for top in used:
            subs = self._subs(top)
            self._check_name(top, 0, TOP_NAME)
            if subs and self._said(top, 0, "type"):
                self.add_error(_field(top, 0, "type"), _("A button with sub-buttons does nothing itself."))
            elif not subs:
                self._check_action(top, 0)
            for sub in subs:
                self._check_name(top, sub, SUB_NAME)
                self._check_action(top, sub)
        return cleaned

    def menu(self) -> dict[str, Any]:
        """{"button": [...]} as WeChat takes it."""
        tops = [top for top in range(1, TOP_BUTTONS + 1) if self._is_used(top)]
        return {"button": [self._top_button(top) for top in tops]}

    def _top_button(self, top: int) -> Button:
        subs = self._subs(top)
        if not subs:
            return self._button(top, 0)
        return {
            "name": self._said(top, 0, "name"),
            "sub_button": [self._button(top, sub) for sub in subs],
        }

    def _button(self, top: int, sub: int) -> Button:
        kind = self._said(top, sub, "type")
        button = {"type": kind, "name": self._said(top, sub, "name")}
        button[value_member(kind)] = self._said(top, sub, "value")
        if kind == "miniprogram":
            button["appid"], button["pagepath"] = self._said(top, sub, "extra").split(None, 1)
        return button

    def _said(self, top: int, sub: int, part: str) -> str:
        return str(self.cleaned_data.get(_field(top, sub, part), "")).strip()

    def _is_used(self, top: int) -> bool:
        return any(self._said(top, 0, part) for part in PARTS) or bool(self._subs(top))

    def _subs(self, top: int) -> list[int]:
        numbers = range(1, SUB_BUTTONS + 1)
        return [sub for sub in numbers if any(self._said(top, sub, part) for part in PARTS)]

    def _check_name(self, top: int, sub: int, most: int) -> None:
        size = len(self._said(top, sub, "name").encode())
        if not size:
            self.add_error(_field(top, sub, "name"), _("Write a name."))
        elif size > most:
            text = _t("The name has %(size)d bytes; at most %(most)d (a Chinese character has 3).")
            self.add_error(_field(top, sub, "name"), text % {"size": size, "most": most})

    def _check_action(self, top: int, sub: int) -> None:
        kind, value = self._said(top, sub, "type"), self._said(top, sub, "value")
        if not kind:
            self.add_error(_field(top, sub, "type"), _("Choose what the button does."))
            return
        if problem := _problem_of_value(kind, value):
            self.add_error(_field(top, sub, "value"), problem)
        if kind == "miniprogram" and len(self._said(top, sub, "extra").split()) != 2:
            self.add_error(_field(top, sub, "extra"), _("Write the AppID, a blank, and the page's path."))


def _problem_of_value(kind: str, value: str) -> str:
    most = KEY if value_member(kind) == "key" else URL
    size = len(value.encode())
    if not value:
        return _t("Write the sentence, address or id.")
    if size > most:
        return _t("This has %(size)d bytes; at most %(most)d.") % {"size": size, "most": most}
    if value_member(kind) == "url" and not value.startswith(("https://", "http://")):
        return _t("An address begins with https:// or http://.")
    return ""


def _field(top: int, sub: int, part: str) -> str:
    return f"b{top}-{sub}-{part}"


def _places() -> Iterator[tuple[int, int]]:
    for top in range(1, TOP_BUTTONS + 1):
        for sub in range(SUB_BUTTONS + 1):
            yield top, sub


def _initial_of(menu: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A menu of WeChat as values of the fields; what it holds beyond WeChat's own numbers is left out."""
    for top, button in enumerate(menu.get("button", [])[:TOP_BUTTONS], 1):
        yield from _values_of(button, top, 0)
        for sub, below in enumerate((button.get("sub_button") or [])[:SUB_BUTTONS], 1):
            yield from _values_of(below, top, sub)


def _values_of(button: Button, top: int, sub: int) -> Iterator[tuple[str, str]]:
    yield _field(top, sub, "name"), str(button.get("name", ""))
    kind = button.get("type")
    if kind in REQUIRED:
        yield _field(top, sub, "type"), kind
        yield _field(top, sub, "value"), str(button.get(value_member(kind), ""))
    if kind == "miniprogram":
        yield _field(top, sub, "extra"), f"{button.get('appid', '')} {button.get('pagepath', '')}"
