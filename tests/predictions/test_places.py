"""Places by name."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from predictions import places
from predictions.places import find_in, find_place, find_places, match_at, suggest


@pytest.mark.parametrize(
    ("name", "full_name"),
    [
        ("杭州", "浙江省杭州市"),
        ("杭州市", "浙江省杭州市"),
        ("浙江杭州", "浙江省杭州市"),
        ("浙江省 杭州市 西湖区", "浙江省杭州市西湖区"),
        ("中国上海", "上海市"),
        ("上海浦东", "上海市浦东新区"),
        ("凉山州", "四川省凉山彝族自治州"),
        ("延边", "吉林省延边朝鲜族自治州"),
        ("内蒙古", "内蒙古自治区"),
        ("景宁", "浙江省丽水市景宁畲族自治县"),
        ("美国纽约", "美国纽约"),
        ("new york", "美国纽约"),
        ("Tokyo", "日本东京"),
        ("新加坡", "新加坡"),
        ("台北", "台湾台北"),
        ("香港", "香港特别行政区"),
    ],
)
def test_a_name_finds_its_place(name, full_name):
    assert find_place(name).full_name == full_name


@pytest.mark.parametrize("name", ["火星", "", "杭", "杭州火星", "上海杭州", "zzz"])
def test_what_is_no_place_is_not_found(name):
    assert find_place(name) is None


def test_a_name_of_several_places_is_the_greatest_and_lists_all():
    assert find_place("朝阳").full_name == "辽宁省朝阳市"
    assert find_place("北京朝阳").full_name == "北京市朝阳区"
    assert {"辽宁省朝阳市", "北京市朝阳区"} <= {place.full_name for place in find_places("朝阳")}
    assert find_place("吉林").level == "province"
    assert find_place("吉林市").level == "city"


def test_the_mainland_keeps_beijing_time_and_the_others_their_own():
    zones = {name: find_place(name).tz for name in ("乌鲁木齐", "喀什", "香港", "澳门", "台北", "悉尼")}
    assert zones == {
        "乌鲁木齐": "Asia/Shanghai",
        "喀什": "Asia/Shanghai",
        "香港": "Asia/Hong_Kong",
        "澳门": "Asia/Macau",
        "台北": "Asia/Taipei",
        "悉尼": "Australia/Sydney",
    }


def test_every_place_has_plausible_coordinates_and_a_zone():
    zones = available_timezones()
    everything = {place for found in places._index().values() for place in found}
    assert len(everything) > 3400
    for place in everything:
        assert place.tz in zones
        assert -90 < place.latitude < 90
        assert -180 <= place.longitude <= 180
        if place.country == "CN":
            assert 3 < place.latitude < 54, place
            assert 73 < place.longitude < 136, place


def test_old_names_stay_because_people_were_born_there():
    assert find_place("余杭")
    assert find_place("那曲地区")
    assert find_place("许昌县")


def test_a_misspelt_name_gets_the_nearest():
    assert suggest("杭洲")[0].full_name == "浙江省杭州市"
    assert "黑龙江省哈尔滨市" in [place.full_name for place in suggest("哈尔")]
    assert suggest("") == []
    assert suggest("@@@@") == []


def test_a_place_is_found_inside_a_sentence_the_longest_first():
    found = find_in("我在浙江杭州西湖区出生的")
    assert (found.place.full_name, found.start, found.end) == ("浙江省杭州市西湖区", 2, 9)
    assert find_in("今天天气如何") is None
    assert match_at("杭州男", 0).end == 2
    assert match_at("杭州男", 1) is None


def test_a_place_is_plain_json():
    assert find_place("杭州").as_dict() == {
        "id": "330100",
        "name": "杭州",
        "full_name": "浙江省杭州市",
        "country": "CN",
        "level": "city",
        "latitude": 30.247,
        "longitude": 120.21,
        "tz": "Asia/Shanghai",
    }
