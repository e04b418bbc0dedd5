"""An account's menus at WeChat, the default one and those for some followers, and the way to a wanted state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from wechat.platform.client import PlatformClient
from wechat.platform.menu import bare_conditional, same

Menu = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MenuState:
    """`default` is {"button": [...]} or None; `conditional` holds {"button", "matchrule", "menuid"}."""

    default: Menu | None
    conditional: list[Menu] = field(default_factory=list)

    @classmethod
    def of(cls, client: PlatformClient) -> Self:
        """As they are at WeChat now."""
        answer = client.menus()
        if answer is None:
            return cls(None)
        return cls({"button": answer["menu"]["button"]}, list(answer.get("conditionalmenu", [])))

    def as_file(self) -> Menu:
        """What stands in a menu's file: WeChat's ids are not kept, a push makes new ones."""
        assert self.default is not None, "there is no menu"
        if not self.conditional:
            return self.default
        return {**self.default, "conditionalmenu": [bare_conditional(menu) for menu in self.conditional]}


@dataclass(frozen=True, slots=True)
class Push:
    """What a push does: a new default menu or none, conditional menus to delete by id and to add."""

    default: Menu | None
    delete: list[str]
    add: list[Menu]

    @classmethod
    def to(cls, wanted: Menu, now: MenuState) -> Self:
        """The smallest change. WeChat matches the newest menu first, so what differs is made anew from there on."""
        differs = now.default is None or not same(now.default, {"button": wanted["button"]})
        menus = wanted.get("conditionalmenu", [])
        kept = 0
        for has, wants in zip(now.conditional, menus, strict=False):
            if not same(bare_conditional(has), bare_conditional(wants)):
                break
            kept += 1
        gone = [str(menu["menuid"]) for menu in now.conditional[kept:]]
        return cls(
            {"button": wanted["button"]} if differs else None,
            gone,
            [bare_conditional(menu) for menu in menus[kept:]],
        )

    def __bool__(self) -> bool:
        return bool(self.default or self.delete or self.add)

    def apply(self, client: PlatformClient) -> None:
        """The default one first: without it WeChat takes no conditional one."""
        if self.default is not None:
            client.create_menu(self.default)
        for menu_id in self.delete:
            client.delete_conditional_menu(menu_id)
        for menu in self.add:
            client.add_conditional_menu(menu)
