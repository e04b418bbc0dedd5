"""The preset dictionary of the links' compression: what requests are made of, as canonical JSON writes it.

FROZEN: links made with it must open for as long as they live. A new system or option compresses a little less without
an entry here; a changed text needs a new version byte in `links` and this one beside it.
"""

from __future__ import annotations

_TEXT = (
    '"people":[{"zodiac":"鼠牛虎兔龙蛇马羊猴鸡狗猪"},{"birth":{"calendar":"solar"'
    '["date_selection",{"event":"搬家结婚开业动土出行入宅订婚领证装修签约安床祭祀安葬提车开市求医","from":"2026-","to":"2027-"},'
    '{"calendar_source":"hko","listing":"required"}]'
    '["compatibility",{"first":{"birth":{"calendar":"solar","second":{"birth":'
    '["natal","daliuren","seed":"lines":[7,8,9,6,7,8],"numbers":[1,2,3]'
    '["qimen",{"moment":{"calendar":"solar","day":1,"hour":1,"minute":0,"month":1,"year":2027}},'
    '{"ambiguous_time":"first","calendar_source":"hko","center":"kun","dst":"auto","ju_method":"chaibu",'
    '"plate":"zhuan","spirits":"hu_xuan","true_solar":"off","zi_rule":"next_day"}]'
    '["xiaoliuren",{"moment":{"ambiguous_time":"first","calendar_source":"hko","dst":"auto","elements":"verse",'
    '"leap_month":"same","true_solar":"off","zi_rule":"next_day"}]'
    '["meihua",{"moment":{"ambiguous_time":"first","calendar_source":"hko","dst":"auto","leap_month":"same",'
    '"true_solar":"off","with_hour":"off","zi_rule":"next_day"}]'
    '["liuyao",{"lines":[{"ambiguous_time":"first","body":"month","calendar_source":"hko","dst":"auto",'
    '"focus":"none","leap_month":"same","true_solar":"off","with_hour":"off","zi_rule":"next_day"}]'
    '["sky",{"date":{"place":"北京上海广州深圳杭州","latitude":,"longitude":,"tz":"Asia/Shanghai"},{"calendar_source":"hko"}]'
    '["ziwei",{"birth":{"age_divide":"normal","algorithm":"default","ambiguous_time":"first","astro_type":"heaven",'
    '"calendar_source":"hko","day_divide":"forward","dst":"auto","fix_leap":true,"horoscope_divide":"normal",'
    '"levels":"none","true_solar":"off","year_divide":"normal"}]'
    '["calendar",["almanac",{"date":{"calendar":"lunar","day":1,"leap":false,"leap":true,"month":12,"year":2026}},'
    '{"calendar_source":"hko","year_boundary":"lichun"}]'
    '["bazi",{"birth":{"calendar":"solar","day":1,"hour":10,"minute":30,"month":1,'
    '"place":"河北山西辽宁吉林黑龙江江苏浙江安徽福建江西山东河南湖北湖南广东海南四川贵州云南陕西甘肃青海台湾内蒙古广西西藏宁夏新疆重庆天津香港澳门省市区县",'
    '"tz":"+08:00","year":1990},"gender":"male"},"gender":"female"},{"ambiguous_time":"first","calendar_source":"hko",'
    '"dayun":"minutes","dst":"auto","school":"ziping","true_solar":"off","year_boundary":"lichun",'
    '"zi_rule":"next_day"}]'
)
VOCABULARY = _TEXT.encode()
