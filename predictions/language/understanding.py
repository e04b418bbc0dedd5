"""From a sentence to an intent with slots: everything said, and the first thing that stands in the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo

from predictions.language import policy
from predictions.language.activities import find_activities
from predictions.language.calendar_days import day_label
from predictions.language.castings import CASTING_INTENTS, read_casting
from predictions.language.clocks import ClockReading, find_clock
from predictions.language.days import LUNAR_WORDS, DayText, find_days
from predictions.language.issues import Issue, Option, day_options, time_options, time_slot
from predictions.language.localities import Locality, find_locality
from predictions.language.matters import NAMES, find_matter
from predictions.language.normalise import LIMIT, normalise
from predictions.language.people import find_gender
from predictions.language.resolution import DayReading, read_day
from predictions.language.scan import TAKEN, Scan
from predictions.language.sky_facts import placeless_question
from predictions.language.stretches import ZODIAC, read_stretch
from predictions.language.topics import (
    BY_INTENT,
    COUNT_QUESTION,
    TODAY_QUESTION,
    Signs,
    best,
    chosen_number,
    scored,
    small_request,
)
from predictions.language.year_facts import YEAR_QUESTION
from predictions.language.years import BIRTH, TARGET
from predictions.lunar import to_lunar
from predictions.places import find_in
from predictions.solar_terms import CHINA
from predictions.types import Json

# Older than this, a day without any word of what it is for is likelier a birthday than a day to look up.
OLD = timedelta(days=730)
# 农历 and nothing else asks for today; 农历转公历 asks for a day.
SHORT = 4
BIRTH_INTENTS = frozenset({"bazi", "ziwei"})


@dataclass(frozen=True, slots=True)
class Understanding:
    """The parse of one sentence.

    `slots`: day (a date of the API, perhaps incomplete), time {hour, minute?, next_day?, branch?},
    hour_unknown, gender (male, female, unsaid), place, event (list of {name, terms}), to (lunar, solar, or the
    end of a stretch that begins with from), zodiac, lines, numbers, focus (of 六爻), sky (what needs
    no place), year (a question about it), count (days).
    `notes` are the conventions that were applied, in Chinese, for the echo. `bare`: a day and nothing else.
    """

    intent: str
    slots: Json = field(default_factory=dict)
    issue: Issue | None = None
    notes: tuple[str, ...] = ()
    text: str = ""
    topic: str = ""
    bare: bool = False


def understand(
    text: str, now: datetime, *, role: str = "", intent: str = "", zone: tzinfo = CHINA
) -> Understanding:
    """Intent and slots of a sentence at an instant; `role` forces a day to be a birth or a target, `intent`
    the subject that the person has chosen; 今天 is the day in `zone`.

    Nothing is computed and nothing raised. A refused sentence has the intent refused or crisis.
    """
    sentence = normalise(text)
    if policy.crisis(sentence.text):
        return Understanding("crisis", text=sentence.text)
    if rule := policy.refusal(sentence.text):
        return Understanding("refused", text=sentence.text, topic=rule.topic)
    if small := small_request(sentence.text):
        return Understanding(small, text=sentence.text)
    if numeral := chosen_number(sentence.text):
        return Understanding("choice", {"number": numeral}, text=sentence.text)
    found = _Reader(sentence.text, now.astimezone(zone).date()).understanding(role, intent)
    if not sentence.cut:
        return found
    notes = (f"句子超过{LIMIT}字，只看了前{LIMIT}字", *found.notes)
    return replace(found, notes=notes)


_BIRTH_AFTER = re.compile(r"[^,。;!?]{0,4}?(?:出?生(?!意|肖|活|日快乐|态|产)|诞生)")
_BIRTH_BEFORE = re.compile(
    r"(?:(?:出?生|诞生)于|出生(?:在|日期|时间|年月日)?(?:是|为)?|(?:生日|生辰|八字)(?:是|为)?)[: ,]?$"
)
# Digits that no recogniser took, or numerals with a unit of dates: something was said and not understood.
_LEFT_OVER = re.compile(
    r"[A-Za-z]*[0-9][0-9.:/-]*[年月日号点时分天岁周个]?"
    r"|(?<!星)(?<!礼拜)(?!一[点日月])[零〇一二三四五六七八九十廿]+[月号](?!老|令)"
)


# What is said around a day and asks for nothing.
_POLITE = re.compile(
    r"[ ,。.!?~的是呢吗啊在呀吧哦嗯]|^那么?"
    r"|请问|你好|您好|看看|看一?下|帮我|查一?下|查询|查|那天|这天|大师|老师|谢谢"
)
# 适合打麻将吗: a plan that the almanac has no term for.
_UNKNOWN_PLAN = re.compile(
    r"(?:适合|适宜|宜|可以|能)(?!做|干|什么|啥|哪)([\u4e00-\u9fff]{2,6}?)(?:吗|么|不|$)"
)


class _Reader:
    """The recognisers applied to one sentence, in the order in which spans may be taken."""

    bare = False
    # Two births named: the clock and the sex of one must not be given to the other.
    several = False

    def __init__(self, text: str, today: date) -> None:
        self.text = text
        self.today = today
        scan = Scan(text)
        self.days = find_days(scan)
        self.clock: ClockReading | None = find_clock(scan)
        self.events = find_activities(scan.rest)
        self.gender = find_gender(scan)
        self.scan = scan
        self.notes: list[str] = []
        self.issues: list[Issue] = []
        self.slots: Json = {}

    def understanding(self, role: str, intent: str) -> Understanding:
        intent = intent or self._intent(role)
        if intent in BY_INTENT and not BY_INTENT[intent].system:
            return Understanding(intent, text=self.text)
        self._read_time(intent, role)
        options = {option.intent for issue in self.issues for option in issue.options}
        if (intent in BIRTH_INTENTS or role == BIRTH or options & BIRTH_INTENTS) and not self.several:
            self._read_birth()
        elif intent == "calendar_convert":
            self._read_direction()
            self._read_question()
        elif intent == "sky":
            self._read_sky()
        if self.events and intent in {"almanac_day", "date_selection"}:
            self.slots["event"] = self.events
        elif intent == "almanac_day" and (plan := _UNKNOWN_PLAN.search(self.scan.rest)):
            self.notes.append(f"黄历用语里没有“{plan[1]}”，下面是全天的宜忌")
        if intent != "unknown":
            self._note_left_over()
        return Understanding(
            intent,
            self.slots,
            self.issues[0] if self.issues else None,
            tuple(dict.fromkeys(self.notes)),
            self.text,
            bare=self.bare,
        )

    def _intent(self, role: str) -> str:
        candidates = best(scored(self.scan.rest, self._signs()))
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            options = tuple(Option(BY_INTENT[intent].title, intent=intent) for intent in candidates[:4])
            self.issues.append(Issue("ambiguous", "intent", "您想看的是哪一种？", options))
            return "ambiguous"
        return self._bare_day() if self.days and not role else "unknown"

    def _bare_day(self) -> str:
        """A day and nothing else: its almanac, which has both calendars; if long past, perhaps a birth."""
        rest = _POLITE.sub("", self.scan.rest.replace(TAKEN, ""))
        old = self._signs().old_day
        self.bare = True
        if not rest and not old:
            return "almanac_day"
        intents = ("almanac_day", "calendar_convert", "bazi")[: 3 if old else 2]
        titles = [Option(BY_INTENT[intent].title, intent=intent) for intent in intents]
        said = f"看懂了日期，没看懂“{rest[:12]}{'…' if len(rest) > 12 else ''}”。" if rest else ""
        if len(rest) > 1 and rest.isascii() and rest.isalpha():
            said = "看懂了日期；这里只看得懂中文。"
        self.issues.append(Issue("ambiguous", "intent", f"{said}这个日期您想看什么？", tuple(titles)))
        return "ambiguous"

    def _signs(self) -> Signs:
        return Signs(
            day=bool(self.days),
            stretch=any(day.kind == "range" or self._is_open(day) for day in self.days),
            birth_day=any(self._near_birth(day) for day in self.days),
            old_day=any(self._is_old(day) for day in self.days),
            clock=self.clock is not None,
            gender=bool(self.gender),
            activity=bool(self.events),
        )

    def _near_birth(self, day: DayText) -> bool:
        # The clock may stand between the day and the word: 1990年5月17日早上8点出生.
        after = self.scan.rest[day.end :].lstrip(TAKEN + " 男女")
        return bool(
            _BIRTH_AFTER.match(after) or _BIRTH_BEFORE.search(self.text[: day.start]) or "生" in day.text
        )

    def _is_open(self, day: DayText) -> bool:
        """12月, 明年: a time in which days could be chosen."""
        return day.kind == "civil" and day.day is None

    def _is_old(self, day: DayText) -> bool:
        solar = read_day(day, self.today, TARGET).solar
        return solar is not None and solar < self.today - OLD

    # --- the day

    def _read_time(self, intent: str, role: str) -> None:
        """The day, or what takes its place: a stretch to choose days in, the lines and numbers of a casting."""
        if intent == "date_selection":
            stretch, note = read_stretch(self.days, self.today)
            self.slots |= stretch
            self.notes += [note] if note else []
            if zodiac := ZODIAC.findall(self.scan.rest):
                self.slots["zodiac"] = zodiac
            return
        self._read_day(intent, role)
        if intent in CASTING_INTENTS:
            self.slots |= read_casting(intent, self.scan)
            self._read_matter(intent)
            if self.clock is not None:
                self._read_clock(self.clock)

    def _read_matter(self, intent: str) -> None:
        """问工作: the lines that stand for it in 六爻."""
        said, focus = find_matter(self.text, self.gender or "") if intent == "liuyao" else ("", "")
        if focus:
            self.slots["focus"] = focus
            self.notes.append(f"问“{said}”，取{NAMES[focus]}为用神")
        elif said:
            self.notes.append(f"问“{said}”，男取妻财、女取官鬼为用神；写上性别就取")

    def _read_day(self, intent: str, role: str) -> None:
        role = role or (BIRTH if intent in BIRTH_INTENTS else TARGET)
        chosen = self._candidates(intent, role)
        readings = [(day, read_day(day, self.today, role)) for day in chosen]
        if len(readings) > 1:
            readings = self._agreed(readings)
        if not readings:
            self._without_day(intent)
        elif len(readings) == 1:
            self._take_day(*readings[0], role)

    def _candidates(self, intent: str, role: str) -> list[DayText]:
        """Which of the days named can be meant: for a birth not 今天, for a day to look up not the birth."""
        named = [day for day in self.days if day.kind != "range"] or self.days
        births = [day for day in named if self._near_birth(day)]
        others = [day for day in named if day not in births]
        if role == BIRTH:
            counted = {"days", "weekday", "months", "years"}
            return [day for day in named if day.kind not in counted] or named
        return others if others and intent != "ambiguous" else named

    def _agreed(self, readings: list[tuple[DayText, DayReading]]) -> list[tuple[DayText, DayReading]]:
        """One day said in both calendars is one day; two days are a question, a wrong one comes first."""
        wrong = [pair for pair in readings if pair[1].problem]
        if wrong:
            return wrong[:1]
        whole = [pair for pair in readings if pair[1].solar is not None]
        if whole and all(_same_day(whole[0][1].solar, reading) for _, reading in readings):
            return whole[:1]
        options = [
            option
            for _, reading in readings
            for option in day_options(reading.choices or (reading.day,), reading.labels)
        ]
        self.several = len(whole) == len(readings)
        text = "提到了不止一个日期，一次看一个，请选："
        self.issues.append(Issue("ambiguous", "date", text, tuple(options)))
        return []

    def _take_day(self, day: DayText, reading: DayReading, role: str) -> None:
        self.notes.extend(reading.notes)
        if reading.problem:
            kind = "missing" if reading.missing else "problem"
            self.issues.append(Issue(kind, "date", reading.problem, day_options(reading.choices)))
        elif role == BIRTH and reading.solar is not None and reading.solar > self.today:
            text = f"出生日期{day_label(reading.day)}在将来，请核对。"
            self.issues.append(Issue("problem", "date", text))
        elif reading.choices:
            text = f"“{day.text}”有不止一种理解，请选："
            options = day_options(reading.choices, reading.labels)
            self.issues.append(Issue("ambiguous", "date", text, options))
        else:
            self.slots["day"] = reading.day

    def _without_day(self, intent: str) -> None:
        """黄历 and 今天几号 without a day mean today; anything else is asked."""
        if self.issues or self.days:
            return
        asked = intent == "calendar_convert" and (TODAY_QUESTION.search(self.text) or len(self.text) <= SHORT)
        if asked or intent == "sky" or (intent == "almanac_day" and not self.events):
            self.slots["day"] = {
                "calendar": "solar",
                "year": self.today.year,
                "month": self.today.month,
                "day": self.today.day,
            }
            self.notes.append("没有写日期，按今天")

    # --- a birth

    def _read_birth(self) -> None:
        if self.clock is not None:
            self._read_clock(self.clock)
        if self.gender == "both":
            options = (Option("男", {"gender": "male"}), Option("女", {"gender": "female"}))
            self.issues.append(Issue("ambiguous", "gender", "句子里男女都提到了，是给谁排？", options))
        elif self.gender:
            self.slots["gender"] = self.gender
        locality = find_locality(self.scan)
        if locality is not None:
            self._read_place(locality)

    def _read_clock(self, clock: ClockReading) -> None:
        self.notes.extend(clock.notes)
        if clock.unknown:
            self.slots["hour_unknown"] = True
        elif clock.problem:
            self.issues.append(Issue("problem", "hour", clock.problem))
        elif len(clock.times) == 1:
            self.slots["time"] = time_slot(clock.times[0])
        else:
            text = f"“{clock.text}”有不止一种理解，请选："
            self.issues.append(Issue("ambiguous", "hour", text, tuple(time_options(clock))))

    def _read_place(self, locality: Locality) -> None:
        if locality.full_name:
            self.slots["place"] = locality.full_name
            self.notes.extend(locality.notes)
        else:
            text = f"没有找到地点“{locality.text}”，请写市或县的名称。"
            self.issues.append(Issue("problem", "place", text, said=locality.text))

    def _read_direction(self) -> None:
        """What is asked for is the calendar that the day is not written in."""
        if "day" not in self.slots:
            return
        words = re.findall("农历|阴历|旧历|老历|公历|阳历|新历|西历", self.scan.rest)
        if self.slots["day"]["calendar"] == "lunar":
            self.slots["to"] = "solar"
        elif words:
            self.slots["to"] = "lunar" if words[-1] in LUNAR_WORDS else "solar"

    def _read_sky(self) -> None:
        """A place, or a question that needs none."""
        found = find_in(self.text)
        if found is not None:
            self.slots["place"] = found.place.full_name
        elif question := placeless_question(self.text):
            self.slots["sky"] = question

    def _read_question(self) -> None:
        """今年闰几月 is about the year, 离春节还有几天 about the days until then."""
        day = self.slots.get("day", {})
        if day.keys() == {"calendar", "year"} and YEAR_QUESTION.search(self.scan.rest):
            self.slots = {"year": day["year"]}
        elif COUNT_QUESTION.search(self.scan.rest) and "day" in self.slots:
            self.slots["count"] = True

    def _note_left_over(self) -> None:
        left = _LEFT_OVER.findall(self.scan.rest)
        if left and not self.issues:
            self.issues.append(Issue("problem", "text", f"没看懂“{'”“'.join(left[:3])}”。"))


def _same_day(solar: date | None, other: DayReading) -> bool:
    """Whether another reading is, as far as it goes, the day `solar`: 1990年5月17日（四月廿三）."""
    if other.solar is not None or solar is None or other.choices:
        return other.solar == solar
    lunar = to_lunar(solar)
    by_lunar = (lunar.year, lunar.month, lunar.day)
    known = by_lunar if other.day.get("calendar") == "lunar" else (solar.year, solar.month, solar.day)
    parts = zip(("year", "month", "day"), known, strict=True)
    return all(other.day.get(part, value) == value for part, value in parts)
