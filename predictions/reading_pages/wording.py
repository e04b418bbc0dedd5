"""The reading page's own words, Chinese and English."""

from __future__ import annotations

_WORDS = {
    "understood": ("您问的是", "You asked for"),
    "picture_in_words": ("图的文字说明", "The picture in words (Chinese)"),
    "facts": ("盘面要点", "The chart"),
    "item": ("项目", "Item"),
    "value": ("内容", "Value"),
    "reading": ("解读", "Reading"),
    "basis": ("依据", "Basis"),
    "source": ("出处", "Source"),
    "rule": ("规则", "Rule"),
    "topic": ("题目", "Topic"),
    "kind": ("性质", "Kind"),
    "evidence": ("盘中所据", "Facts it rests on"),
    "notes": ("提示与另一种排法", "Notes and other charts"),
    "this_chart": ("此盘", "This chart"),
    "other_chart": ("另一种排法", "The other chart"),
    "with": ("若改用", "With"),
    "options": ("所用的选项", "Options used"),
    "about": ("关于此页", "About this page"),
    "version": ("排盘引擎版本", "Engine version"),
    "expires": ("此页有效至", "This page is there until"),
    "private": (
        "链接里带着加密的提问，为此页服务器不另存一份。拿到链接的人都能打开，请只发给您信任的人。",
        "The link carries what was asked, encrypted; for this page the server keeps no copy. Whoever has the link can "
        "open it: give it to people you trust only.",
    ),
    "delete": ("删除此页", "Delete this page"),
    "delete_what": (
        "删除后，这个链接马上失效，不能恢复。以后再问一次，会有新的链接。",
        "The link stops working at once, for good. Asking again gives a new one.",
    ),
    "delete_now": ("确认删除", "Delete it now"),
    "contents": ("本页内容", "On this page"),
    "other_language": ("English", "中文"),
    "computed": ("计算所得", "computed"),
    "by_rule": ("按规则判定", "determined by rule"),
    "traditional": ("传统说法", "traditional reading"),
    "gone_title": ("这个链接打不开", "This link does not open"),
    "gone_what": (
        "链接可能不完整、已过有效期，或者已经被删除。",
        "It may be incomplete, past its last day, or deleted.",
    ),
    "gone_hint": (
        "请在公众号里把原来的问题再发一次，会得到新的链接；从 API 得到的链接，请重新请求一次。",
        "Ask again in WeChat, or call the API again: the answer has a new link.",
    ),
    "deleted_title": ("此页已删除", "The page is deleted"),
    "deleted_what": (
        "这个链接不再有效，同一提问以前的链接也一并失效。想再看，请重新提问。",
        "The link no longer works, nor do earlier links to the same question. Ask again to see it anew.",
    ),
}
KINDS = {"computed": "computed", "rule": "by_rule", "traditional": "traditional"}


def words(lang: str) -> dict[str, str]:
    """Every word of the page in one language, by name."""
    return {name: pair[lang == "en"] for name, pair in _WORDS.items()}
