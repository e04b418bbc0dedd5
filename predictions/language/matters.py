"""What a 六爻 casting is about, and the 用神 that 卜筮正宗 (用神分类) takes for it."""

from __future__ import annotations

import re

# By the option `focus` of liuyao: the words that ask for it. The first that fits counts.
_WORDS = (
    ("offspring", "孩子|子女|儿子|女儿|求子|宠物|猫|狗"),
    ("wealth", "财运|求财|生意|买卖|收入|工资|赚钱|回款|讨债|失物|丢了|丢失|妻子|老婆|女友|女朋友"),
    ("officer", "工作|求职|面试|升职|职位|跳槽|仕途|功名|考公|丈夫|老公|男友|男朋友"),
    ("parent", "考试|学业|升学|文书|合同|证书|证件|房子|买房|租房|买车|父亲|母亲|父母|爸妈|长辈|老师"),
    ("sibling", "兄弟|姐妹|哥哥|弟弟|姐姐|妹妹|朋友|合伙"),
    ("self", "出行|自己|自身|运气"),
)
_MATTERS = tuple((focus, re.compile(words)) for focus, words in _WORDS)
# 男占妻财, 女占官鬼: without the asker's sex the 用神 stays open.
_LOVE = re.compile("感情|姻缘|婚姻|恋爱|复合|桃花")
_OF_LOVE = {"male": "wealth", "female": "officer"}
NAMES = {
    "wealth": "妻财",
    "officer": "官鬼",
    "parent": "父母",
    "offspring": "子孙",
    "sibling": "兄弟",
    "self": "世爻",
}


def find_matter(text: str, gender: str) -> tuple[str, str]:
    """(the word that was said, the focus), both empty when nothing known is asked about.

    Love without a sex has a word and no focus.
    """
    love = _LOVE.search(text)
    if love:
        return love[0], _OF_LOVE.get(gender, "")
    found = ((pattern.search(text), focus) for focus, pattern in _MATTERS)
    return next(((match[0], focus) for match, focus in found if match), ("", ""))
