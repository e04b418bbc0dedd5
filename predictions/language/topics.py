"""What a sentence is about: one row for each system and each small request, scored by what the sentence contains."""

from __future__ import annotations

import re
from dataclasses import dataclass

STRONG, HINT, LEAST = 10, 4, 4


@dataclass(frozen=True, slots=True)
class Topic:
    """`intent` is computed by `system` (empty: nobody does). `named` is the thing itself, `hint` a turn of phrase.

    `example` is a whole sentence that the parser understands; `about` the line of the menu. `beats` are intents that
    a sentence naming both is not about: 八字合婚 is about the match.
    """

    intent: str
    system: str
    title: str
    named: re.Pattern[str]
    hint: re.Pattern[str]
    example: str
    menu: str = ""
    beats: tuple[str, ...] = ()


def _topic(
    intent: str,
    system: str,
    title: str,
    named: str,
    hint: str = "(?!)",
    example: str = "",
    menu: str = "",
    beats: str = "",
) -> Topic:
    return Topic(
        intent,
        system,
        title,
        re.compile(named),
        re.compile(hint),
        example,
        menu or example,
        tuple(beats.split()),
    )


# 星期几, 几号, 哪天… asked of a day that is named.
QUESTION = re.compile(
    r"几月几[号日]|几[号日]|哪[一]?[天日年]|什么时候|何时|(?:星期|周|礼拜)几|什么日子|啥日子|多少号|什么节气|哪个节气|几月初?几|初几|"
    r"什么干支|哪个干支|属什么|什么属相|什么生肖|什么年|是(?:多少|啥)$"
)
_GOOD_FOR = r"适合|适宜|宜|忌|可以|能不能|能|行不行|好不好|好吗|行吗|吗|合适|吉利|怎么样|怎样|如何|好日子"

TOPICS: tuple[Topic, ...] = (
    _topic(
        "calendar_convert", "calendar", "农历公历换算",
        r"(?:转|换|换算|转换|对应|折合)成?(?:的|为|是)?(?:农历|公历|阴历|阳历|新历|旧历)|(?:农历|公历|阴历|阳历|新历|旧历)(?:转|换|对应|查询)|历法|万年历|干支(?:历|纪)",
        r"(?:农历|阴历|旧历|老历|公历|阳历|新历|西历)(?!生日)",
        "2026年2月17日是农历几号", "今天是农历几号",
    ),
    _topic(
        "almanac_day", "almanac", "黄历宜忌",
        r"老?[黄皇]历|通书|宜忌|(?:宜|忌)(?:做|干)?(?:什么|啥|哪些)|(?:适合|不适合|适宜|可以|能)(?:做|干)(?:什么|啥|哪些)|冲煞|吉神|凶煞|胎神|财神方位|喜神|值神|建除|二十八宿|时辰吉凶|吉时|日子(?:怎么样|怎样|如何|好不好|好吗|吉利|吉不吉)|吉日吗|黄道吉日吗|好日子吗",
        _GOOD_FOR,
        "明天黄历", "今天黄历", beats="calendar_convert fortune",
    ),
    _topic(
        "bazi", "bazi", "八字排盘",
        r"八字|四柱|生辰|日主|日元|十神|喜用神|用神|大运|五行(?:缺|喜|属|偏|旺)|缺(?:金|木|水|火|土)|命理",
        r"算命|算个?命|算一?算|看命|命格|命运|命盘|排盘|排个?盘|什么命|命怎么样|命好|批命|五行|我的命|流年",
        "1990年5月17日早上8点 男 八字", "八字", beats="fortune calendar_convert",
    ),
    _topic(
        "date_selection", "date_selection", "择日",
        r"择日|择吉|选个?(?:好|吉)?日子|挑个?(?:好|吉)?日子|看个?(?:好)?日子|选个?吉日|挑个?吉日|[哪几]个?(?:些)?(?:吉日|好日子)|(?:有|的)(?:吉日|好日子|黄道吉日)|黄道吉日$|吉日查询|吉日$",
        beats="almanac_day calendar_convert", example="下个月哪天适合搬家",
    ),
    _topic("ziwei", "ziwei", "紫微斗数", r"紫[微薇](?:斗数)?|斗数", beats="bazi", example="紫微斗数"),
    _topic(
        "compatibility", "compatibility", "合婚",
        r"合婚|合八字|八字合|合盘|配对|般配|配不配|姻缘配|相配|合不合适结婚", beats="bazi almanac_day natal", example="八字合婚",
    ),
    _topic("natal", "natal", "星盘", r"星盘|上升星座|占星|月亮星座|本命盘|星座命盘", beats="bazi horoscope", example="星盘"),
    _topic(
        "liuyao", "liuyao", "六爻",
        r"六爻|摇(?:一|个)?(?:一)?卦|起(?:一|个)?卦|占(?:一|个)?卦|卜(?:一|个)?卦|算(?:一|个)?(?:一)?卦|问卦|占卜|卜算|周易|易经|铜钱卦|卦象", example="六爻",
    ),
    _topic("xiaoliuren", "xiaoliuren", "小六壬", r"小六壬|马前课|掐指一算|掐指|诸葛马前", example="小六壬"),
    _topic("daliuren", "daliuren", "大六壬", r"(?<!小)六壬", example="大六壬"),
    _topic("meihua", "meihua", "梅花易数", r"梅花(?:易数?|心易|起卦|断卦)", beats="liuyao", example="梅花易数"),
    _topic("qimen", "qimen", "奇门遁甲", r"奇门|遁甲", example="奇门遁甲"),
    _topic(
        "sky", "sky", "天象",
        r"月相|日食|月食|日出|日落|月出|月落|天象|行星|[金木水火土]星|满月|新月|上弦月?|下弦月?|流星雨|彗星|天文|几点天[亮黑]|水逆|血月|超级月亮",
        example="今晚月相", beats="calendar_convert",
    ),
    _topic("fortune", "", "运势预测", r"运势|财运|桃花|事业运|感情运|考运|运气|旺不旺|转运|贵人运|本命年|犯太岁|太岁"),
    _topic("horoscope", "", "星座运程", r"(?:白羊|牡羊|金牛|双子|巨蟹|狮子|处女|天秤|天蝎|射手|人马|摩羯|水瓶|双鱼)座?|星座", beats="fortune"),
    _topic("tarot", "", "塔罗牌", r"塔罗|雷诺曼"),
    _topic("dream", "", "解梦", r"解梦|梦[见到]|周公|做了?个?梦"),
    _topic("naming", "", "起名", r"起个?名|取个?名|改名|名字(?:打分|好不好|测试)|测名|姓名学"),
    _topic("fengshui", "", "风水", r"风水|罗盘|阳宅|阴宅|户型"),
    _topic("lots", "", "求签", r"抽签|求签|灵签|解签|签文"),
    _topic("palm", "", "手相面相", r"手相|面相|看相|痣相"),
    _topic("weather", "", "天气", r"天气|下雨吗|气温|温度"),
)  # fmt: skip
BY_INTENT = {topic.intent: topic for topic in TOPICS}
BY_SYSTEM = {topic.system: topic for topic in TOPICS if topic.system}

_END = r"[啊呀哦吧呢哈的了。.!~,?？ ]*"
SMALL = {
    intent: re.compile(rf"(?:{words}){_END}", re.IGNORECASE)
    for intent, words in {
        "menu": r"\?+|菜单|主菜单|功能|目录|列表|menu|start|开始|功能列表|打开菜单",
        "help": r"(?:你|您|这里|这个号|公众号)?(?:都|还)?(?:能|会|可以)(?:做|干)?(?:些)?(?:什么|啥|哪些)(?:呢|事|功能)?|(?:有|都有)(?:什么|哪些)功能|(?:怎么|如何|怎样)(?:使用|用|玩|问|查)|help|帮助|使用(?:说明|方法|帮助)|说明|指南|教程|help me|我要帮助|求助",
        "greeting": r"(?:你好|您好|hello|hi|hey|嗨|哈喽|哈啰|在吗|在不在|有人吗|早上好|上午好|中午好|下午好|晚上好|早安|晚安|早|你们好|大家好|大师好|大师|老师好|新年好|hello world)(?:[,!]?(?:你好|您好|大师|老师|小助手))*",
        "thanks": r"谢谢您?你?|多谢|感谢|谢了|thanks?|thank you|好的?|ok|okay|嗯+|知道了|明白了?|收到|辛苦了|不错|很好|太好了|厉害|哈+|再见|拜拜|bye",
        "more": r"继续|更多|下一页|接着说|还有呢|往下|下一条|more|next|详细|详情|展开",
        "delete_data": r"(?:请|帮我|我要|我想|麻烦)*(?:删除|清除|清空|注销|抹掉)(?:一下|掉)?(?:我|本人|自己)?的?(?:所有|全部|个人|一切)*的?(?:资料|数据|信息|记录|隐私|账号|出生信息|生日|八字|聊天记录)",
        "consent_yes": r"(?:我)?同意(?:使用)?|(?:我)?接受|agree|yes|可以|没问题|行|是的?",
        "consent_no": r"(?:我)?不(?:同意|接受|愿意|想说|想提供)|(?:我)?拒绝|disagree|no|不行|不可以",
        "cancel": r"取消|退出|算了|不(?:用|要|想|问|算|查|看)了|停止|结束|stop|quit|exit|cancel|重来|重新开始|不对|错了|返回",
        "human": r"(?:转|找|要|联系)?(?:人工|真人|客服)(?:服务|客服)?",
    }.items()
}
_CHOICE = re.compile(r"(?:我?选|第|要)?(?:第)?([0-9]{1,2}|[一二三四五六七八九十])(?:个|项|号|条)?[.,。、)]?")


def small_request(text: str) -> str:
    """The intent of a sentence that is nothing but a small request, or empty."""
    return next((intent for intent, pattern in SMALL.items() if pattern.fullmatch(text)), "")


def chosen_number(text: str) -> str:
    """The numeral of 2, 第2个, 选二, or empty."""
    match = _CHOICE.fullmatch(text)
    return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the sentence contains besides words: it decides between topics that the words leave open."""

    day: bool = False
    stretch: bool = False
    birth_day: bool = False
    old_day: bool = False
    clock: bool = False
    gender: bool = False
    activity: bool = False


def scored(rest: str, signs: Signs) -> dict[str, int]:
    """Points by intent; `rest` is the sentence without the day and the clock."""
    points = {
        topic.intent: STRONG * bool(topic.named.search(rest)) + HINT * bool(topic.hint.search(rest))
        for topic in TOPICS
    }
    question = bool(QUESTION.search(rest))
    points["almanac_day"] = _almanac(points["almanac_day"], rest, signs)
    points["calendar_convert"] += 8 * (question and not signs.activity)
    points["bazi"] += _birth(signs)
    if signs.activity and question:
        points["date_selection"] += STRONG
    if signs.day and not signs.stretch and points["date_selection"] and not question:
        points["almanac_day"] += points.pop("date_selection")
    return {intent: found for intent, found in points.items() if found >= LEAST}


def _almanac(points: int, rest: str, signs: Signs) -> int:
    """宜, 适合, 好吗 say something about a day only beside a day or a plan."""
    if points < STRONG and not (signs.day or signs.activity):
        return 0
    if points < STRONG and not signs.activity and not re.search(r"适合|适宜|宜|忌|吉利", rest):
        return 0
    return points + 4 * signs.activity


def _birth(signs: Signs) -> int:
    """A day with a word of birth, a sex or a clock is a birth; so is, weakly, one long past."""
    if not signs.day:
        return 0
    certain = 6 * (signs.birth_day or signs.gender) + 2 * signs.clock
    return certain + (4 if signs.old_day and (signs.clock or certain) else 0)


def best(points: dict[str, int]) -> list[str]:
    """The intents that the sentence is equally about, best first; those that another one beats are left out."""
    if not points:
        return []
    strong = [intent for intent, found in points.items() if found >= STRONG]
    if not strong:
        top = max(points.values())
        return [intent for intent, found in points.items() if found == top]
    beaten = {loser for intent in strong for loser in BY_INTENT[intent].beats}
    left = [intent for intent in strong if intent not in beaten]
    return sorted(left or strong, key=lambda intent: -points[intent])
