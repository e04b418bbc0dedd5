"""The term table."""

from __future__ import annotations

from predictions.terms_zh_en import error_en, label, weekday_en


def test_labels_speak_both_languages():
    assert (label("pillars"), label("pillars", "en")) == ("四柱：", "Pillars: ")


def test_weekdays_are_translated():
    assert weekday_en("星期日") == "Sunday"


def test_errors_have_an_english_sentence_also_when_the_code_is_new():
    assert error_en("/input/date/day", "impossible_date").startswith("/input/date/day is not a day")
    assert error_en("/x", "brand_new") == "/x is not valid."
