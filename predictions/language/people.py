"""Who is asked about: man or woman, said outright or by a word of family."""

from __future__ import annotations

import re

from predictions.language.scan import Scan

_MALE = re.compile(
    r"乾造|男(?!女|朋友家)|先生|儿子|老公|丈夫|爸爸?|父亲|爷爷|外公|姥爷|哥哥?|弟弟?|小伙子?|帅哥|叔叔|舅舅|孙子"
)
_FEMALE = re.compile(
    r"坤造|(?<!子)(?<!儿)女(?!婿)|小姐|太太|老婆|妻子|妈妈?|母亲|奶奶|外婆|姥姥|姐姐?|妹妹?|闺女|姑娘|美女|阿姨|媳妇"
)
# Both words at once, or a word that is no person: neither says who is asked about.
_NOBODY = re.compile(r"男女|女男|子女|儿女|男男女女|牛郎织女|妇女节|女儿节|先生(?=了|孩子)|男左女右")
UNSAID = re.compile(
    r"(?:性别)?(?:不说|不想说|不方便说|保密|不填|不透露|不告诉你?|跳过|无所谓|都可以|其他|未知)"
)


def find_gender(scan: Scan) -> str:
    """male, female, unsaid (the person would rather not), both (contradicting words), or empty."""
    for _ in scan.matches(_NOBODY):
        continue
    found = {"male" for _ in scan.matches(_MALE)} | {"female" for _ in scan.matches(_FEMALE)}
    if re.search(r"性别(?:不说|保密|不详|未知|不填)|不说性别", scan.rest):
        return "unsaid"
    return found.pop() if len(found) == 1 else "both" if found else ""
