"""What people plan to do, in their words, and the terms under which the almanac lists it."""

from __future__ import annotations

import re

from predictions.types import Json

# plan: (words, terms of the almanac). A longer word wins over a shorter one in it.
ACTIVITIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "搬家": (("搬家", "乔迁", "搬新家", "搬进新房", "搬屋", "迁居", "移徙", "搬迁"), ("入宅", "移徙")),
    "入宅": (("入宅", "入伙", "进宅", "住新房", "入住新房"), ("入宅",)),
    "结婚": (
        ("结婚", "嫁娶", "婚嫁", "办婚礼", "婚礼", "迎娶", "成亲", "办喜事", "娶媳妇", "出嫁", "娶亲"),
        ("嫁娶",),
    ),
    "领证": (("领证", "登记结婚", "结婚登记", "领结婚证", "扯证"), ("嫁娶", "纳采")),
    "订婚": (("订婚", "定亲", "订亲", "纳采", "提亲", "过礼", "下聘"), ("订婚", "纳采", "订盟")),
    "开业": (("开业", "开张", "开市", "开店", "新店开张", "开公司", "挂牌", "挂匾"), ("开市", "立券")),
    "签约": (("签约", "签合同", "立券", "签协议", "谈生意", "交易"), ("立券", "交易")),
    "动土": (("动土", "破土动工", "开工", "动工", "奠基"), ("动土", "起基动土")),
    "破土": (("破土",), ("破土",)),
    "装修": (("装修", "修造", "翻修", "装潢", "修房子"), ("修造", "动土")),
    "盖房": (("盖房", "建房", "起房", "造屋", "盖屋"), ("造屋", "起基", "动土")),
    "上梁": (("上梁", "封顶"), ("上梁",)),
    "安门": (("安门", "装门", "换门"), ("安门", "修门")),
    "安床": (("安床", "放床", "摆床", "换床"), ("安床",)),
    "作灶": (("作灶", "安灶", "开火", "装灶"), ("作灶",)),
    "出行": (("出行", "出门", "旅游", "旅行", "出差", "远行", "自驾"), ("出行",)),
    "祭祀": (("祭祀", "祭祖", "上坟", "扫墓", "拜神", "烧香", "上香"), ("祭祀",)),
    "祈福": (("祈福", "许愿", "还愿", "拜佛"), ("祈福", "酬神")),
    "开光": (("开光",), ("开光",)),
    "求嗣": (("求嗣", "求子"), ("求嗣",)),
    "安葬": (("安葬", "下葬", "出殡", "入土", "埋葬", "落葬"), ("安葬",)),
    "入殓": (("入殓",), ("入殓",)),
    "立碑": (("立碑",), ("立碑",)),
    "修坟": (("修坟", "迁坟"), ("修坟", "启钻")),
    "理发": (("理发", "剪头发", "剪发", "剃头", "烫头", "染发", "做头发"), ("理发", "剃头")),
    "剪指甲": (("剪指甲", "整手足甲", "做美甲"), ("整手足甲",)),
    "沐浴": (("沐浴", "洗澡"), ("沐浴",)),
    "买车": (("买车", "提车", "购车", "提新车"), ("买车",)),
    "买房": (("买房", "购房", "置产", "置业", "交房"), ("置产",)),
    "纳财": (("纳财", "求财", "收账", "讨债", "要账"), ("纳财", "求财")),
    "上任": (("上任", "赴任", "入职", "就职", "上班第一天", "报到"), ("赴任",)),
    "入学": (("入学", "开学", "拜师"), ("入学", "习艺")),
    "会友": (("会友", "会亲友", "聚会", "请客", "宴请", "见朋友", "相亲"), ("会亲友",)),
    "求医": (("求医", "看病", "看医生"), ("求医", "治病", "求医疗病")),
    "种植": (("种树", "栽种", "种植", "播种"), ("栽种",)),
    "养宠物": (("养宠物", "纳畜", "买狗", "买猫"), ("纳畜",)),
    "裁衣": (("裁衣", "做衣服"), ("裁衣",)),
    "拆房": (("拆房", "拆卸", "拆迁"), ("拆卸",)),
    "大扫除": (("大扫除", "打扫", "扫舍", "扫房"), ("扫舍",)),
    "打官司": (("打官司", "诉讼", "词讼", "起诉"), ("词讼",)),
    "招人": (("招人", "雇佣", "雇人", "请保姆"), ("雇佣", "进人口")),
}

_PLANS = {word: plan for plan, (words, _) in ACTIVITIES.items() for word in words}
ACTIVITY = re.compile("|".join(sorted(_PLANS, key=len, reverse=True)))


def find_activities(text: str) -> list[Json]:
    """Every plan named, once each, with the almanac's terms."""
    plans = dict.fromkeys(_PLANS[match[0]] for match in ACTIVITY.finditer(text))
    return [{"name": plan, "terms": list(ACTIVITIES[plan][1])} for plan in plans]


def plan_lines(plans: list[Json], facts: Json) -> list[str]:
    """For each plan, what the almanac of the day says about its terms."""
    suitable, avoid = _names(facts.get("suitable")), _names(facts.get("avoid"))
    return [_plan_line(plan, suitable, avoid) for plan in plans]


def _names(entries: object) -> set[str]:
    listed = entries if isinstance(entries, list) else []
    return {entry["name"] if isinstance(entry, dict) else str(entry) for entry in listed}


def _plan_line(plan: Json, suitable: set[str], avoid: set[str]) -> str:
    good = [term for term in plan["terms"] if term in suitable]
    bad = [term for term in plan["terms"] if term in avoid]
    said = [f"{word}{'、'.join(terms)}" for word, terms in (("宜", good), ("忌", bad)) if terms]
    return f"{plan['name']}：{'，'.join(said) or '当日宜忌都没有列出' + '、'.join(plan['terms'])}"
