"""ask(): one sentence in, one answer or one question out; what is pending travels in the context."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from predictions import engine, registry
from predictions.language import pending as contexts
from predictions.language import policy, wording
from predictions.language.activities import plan_lines
from predictions.language.calendar_days import solar_day
from predictions.language.issues import Issue, Option
from predictions.language.numerals import number
from predictions.language.pending import Pending
from predictions.language.replies import merged, read_reply, starts_anew
from predictions.language.requests import (
    described,
    in_words,
    missing,
    missing_parts,
    system_input,
    system_options,
)
from predictions.language.results import AskResult, Question
from predictions.language.sky_facts import eclipses_of_year, sky_sentence, sky_title
from predictions.language.topics import BY_INTENT, BY_SYSTEM
from predictions.language.understanding import BIRTH_INTENTS, Understanding, understand
from predictions.language.wording import UNDERSTOOD
from predictions.language.year_facts import year_sentence
from predictions.places import suggest
from predictions.registry import System
from predictions.solar_terms import CHINA
from predictions.types import Answer, InvalidInput, Json

# WeChat's text limit; the hints at the end give way before an answer is split.
COMFORTABLE_BYTES = 2048
PATIENCE = 2
# A reply of so few characters names a choice and says nothing else.
SHORT = 6
# 好的 goes on with what was asked, 谢谢 ends it.
GRATITUDE = re.compile("谢|thank|再见|拜拜|bye")
LEAVING = frozenset(
    {"crisis", "refused", "menu", "help", "greeting", "delete_data", "consent_no", "cancel", "human"}
)


class SlowSystem(Exception):
    """The sentence is understood and can be answered; the system that answers it is slow, so ask somewhere else."""

    def __init__(self, system: str) -> None:
        super().__init__(system)
        self.system = system


@dataclass(frozen=True, slots=True)
class Turn:
    """What is known when it is our turn: the subject, its slots, and the issue to settle first, if any."""

    intent: str
    slots: Json
    issue: Issue | None
    notes: tuple[str, ...]
    consented: bool = False
    tries: int = 0
    asked: str = ""


@dataclass(frozen=True, slots=True)
class _Desk:
    """The one who answers: when it is, what is enabled, where today is meant."""

    now: datetime
    systems: Collection[str]
    zone: tzinfo
    compute_slow: bool = True

    # --- the two ways in

    def fresh(self, found: Understanding, text: str = "") -> AskResult:
        """A sentence that stands on its own; `text` is how the person wrote it."""
        if found.intent == "choice":
            return self._menu_entry(found.slots["number"])
        if found.intent in _SMALL:
            return self._small(found)
        if found.intent == "unknown":
            return self._not_understood(" ".join(text.split()) or found.text)
        turn = Turn(self._subject(found), found.slots, found.issue, found.notes)
        return self._between(turn, found) if found.intent == "ambiguous" else self.advance(turn)

    def _subject(self, found: Understanding) -> str:
        """A day and nothing else is shown in both calendars where the account has no almanac."""
        no_almanac = found.bare and found.intent == "almanac_day" and not self._has("almanac")
        return "calendar_convert" if no_almanac and self._has("calendar") else found.intent

    def _has(self, system: str) -> bool:
        return any(system == here.id for here in wording.enabled(self.systems))

    def resumed(self, before: Pending, text: str, found: Understanding) -> AskResult | None:
        """A reply to what was asked; None when the person has changed the subject."""
        if found.intent in LEAVING or starts_anew(before, found) or _takes_leave(found):
            return None
        if found.intent == "choice" and before.options:
            return self._chosen(before, found.slots["number"])
        if before.intent == "ambiguous":
            return self._named(before, found)
        if found.intent in {"consent_yes", "more", "thanks"}:
            return self.advance(self._turn(before, before.slots, consented=True))
        reply = read_reply(before, text, self.now, self.zone)
        slots, problem = merged(before.slots, reply.slots)
        issue = problem or reply.issue
        if issue is None and slots == before.slots:
            return self._again(before)
        turn = self._turn(before, slots, consented=True)
        return self.advance(replace(turn, issue=issue, notes=reply.notes))

    def _named(self, before: Pending, found: Understanding) -> AskResult | None:
        """八字 in reply to the choice between 黄历 and 八字 chooses; a sentence of its own is not a reply."""
        if found.intent in {option.intent for option in before.options} and len(found.text) <= SHORT:
            return self._about(found.intent, before.slots.get("said", ""), before.at)
        return self._again(before) if found.intent == "unknown" else None

    def _turn(self, before: Pending, slots: Json, consented: bool) -> Turn:
        return Turn(before.intent, slots, None, (), before.consented or consented)

    def _chosen(self, before: Pending, numeral: str) -> AskResult:
        place = number(numeral) or 0
        if not 1 <= place <= len(before.options):
            return self._again(before, f"请回复1到{len(before.options)}之间的数字。")
        option = before.options[place - 1]
        if option.intent:
            return self._about(option.intent, before.slots.get("said", ""), before.at)
        slots, problem = merged(before.slots, option.slots)
        return self.advance(Turn(before.intent, slots, problem, (), before.consented))

    def _about(self, intent: str, text: str, when: datetime, note: str = "") -> AskResult:
        """A sentence read anew as being about `intent`: its days are other days then."""
        found = understand(text, when, intent=intent, zone=self.zone)
        notes = (*found.notes, note) if note else found.notes
        return self.advance(Turn(intent, found.slots, found.issue, notes))

    def _again(self, before: Pending, why: str = "") -> AskResult:
        """The reply did not say what was asked: once more, and then the person is let go."""
        if before.tries >= PATIENCE:
            return self._not_understood("")
        issue = Issue(before.kind, before.asked, "", before.options)
        turn = Turn(before.intent, before.slots, None, (), before.consented, before.tries + 1)
        if before.intent == "ambiguous" or before.options:
            return self._question(turn, replace(issue, text=why or "没看懂这句回复，请选："))
        return self._question(turn, replace(issue, text=f"没看懂这句回复。{self._missing_text(turn)}"))

    # --- going on

    def advance(self, turn: Turn) -> AskResult:
        """Answer when everything is there, else ask for the one thing that comes first."""
        topic = BY_INTENT[turn.intent]
        if not self._has(topic.system):
            return self._plain("refused", turn.intent, wording.unavailable_text(turn.intent, self.systems))
        if turn.issue is not None:
            return self._question(turn, _with_places(turn.issue))
        if missing(turn.intent, turn.slots):
            slot = missing(turn.intent, turn.slots)
            return self._question(
                turn, Issue("missing", slot, self._missing_text(turn), _gender_options(slot))
            )
        if "year" in turn.slots:
            year = turn.slots["year"]
            return self._told(turn, f"{year}年", year_sentence(year))
        return self._sky(turn) if "sky" in turn.slots else self._answer(turn, topic.system)

    def _sky(self, turn: Turn) -> AskResult:
        """Phases and eclipses are the same everywhere, so there is no chart of a place."""
        question, day = turn.slots["sky"], turn.slots["day"]
        if missing_parts(day):
            text = eclipses_of_year(question, day["year"])
        else:
            text = sky_sentence(
                question,
                solar_day(day["calendar"], day["year"], day["month"], day["day"], bool(day.get("leap"))),
            )
        return self._told(turn, sky_title(question, day), text)

    def _told(self, turn: Turn, understood: str, text: str) -> AskResult:
        """An answer in words, without a chart."""
        lines = [f"{UNDERSTOOD}{understood}", *_note_lines(turn.notes), text, wording.WRONG]
        return AskResult("answered", turn.intent, understood, None, None, None, "\n".join(lines))

    def _missing_text(self, turn: Turn) -> str:
        return wording.question_text(missing(turn.intent, turn.slots), turn.intent, turn.slots)

    def _answer(self, turn: Turn, system: str) -> AskResult:
        try:
            options = system_options(turn.intent, turn.slots)
            data = system_input(turn.intent, turn.slots, self.now)
            if not self.compute_slow and registry.get(system).slow:
                engine.validate(system, data, options)
                raise SlowSystem(system)
            answer = engine.answer(system, data, options)
        except InvalidInput as invalid:
            text = "".join(error.detail for error in invalid.errors)
            return self._question(turn, Issue("problem", "date", text))
        return AskResult(
            "answered", turn.intent, answer.understood_as, answer, None, None, self._answer_text(turn, answer)
        )

    def _answer_text(self, turn: Turn, answer: Answer) -> str:
        notes = (
            (*turn.notes, wording.NAMED_HOUR) if answer.chart.options.get("dst") == "ignore" else turn.notes
        )
        lines = [f"{UNDERSTOOD}{answer.understood_as}", *_note_lines(notes)]
        if turn.slots.get("count"):
            today = self.now.astimezone(self.zone).date()
            lines.append(wording.counted(date.fromisoformat(answer.chart.facts["solar"]), today))
        if turn.intent == "almanac_day":
            lines += plan_lines(turn.slots.get("event", []), answer.chart.facts)
        lines.append(answer.text)
        if turn.intent in BIRTH_INTENTS:
            lines.append(wording.NOT_KEPT)
        return _shortened(lines, wording.WRONG)

    def _question(self, turn: Turn, issue: Issue) -> AskResult:
        """What is understood, the consent before a birth is asked for, the question, the one sentence."""
        understood = described(turn.intent, turn.slots)
        asks_birth = turn.intent in BIRTH_INTENTS and not turn.consented
        choices = [option.label for option in issue.options]
        lines = [f"{UNDERSTOOD}{understood}。"] if understood else []
        lines += _note_lines(turn.notes)
        lines += [wording.CONSENT] if asks_birth else []
        lines.append(issue.text)
        lines += [wording.numbered(choices)] if choices else []
        lines += self._how_to_answer(turn, issue)
        status = "ambiguous" if issue.kind == "ambiguous" else "needs_input"
        after = Pending(
            turn.intent,
            turn.slots,
            issue.slot,
            self.now,
            issue.options,
            turn.consented or asks_birth,
            turn.tries,
            issue.kind,
        )
        question = Question(issue.slot, issue.text, choices)
        return AskResult(
            status, turn.intent, understood, None, question, after.as_context(), "\n".join(lines)
        )

    def _how_to_answer(self, turn: Turn, issue: Issue) -> list[str]:
        if issue.slot in {"intent", "birth"}:
            return []
        if issue.options and issue.options[0].slots:
            slots, problem = merged(turn.slots, issue.options[0].slots)
            return [in_words(turn.intent, turn.slots if problem else slots)]
        return [in_words(turn.intent, turn.slots)]

    # --- answers without a chart

    def _between(self, turn: Turn, found: Understanding) -> AskResult:
        """Several subjects: the person chooses of those enabled; a single one is taken, the rest is told."""
        assert turn.issue is not None
        options = turn.issue.options
        usable = tuple(option for option in options if self._has(BY_INTENT[option.intent].system))
        if not usable:
            return self.advance(replace(turn, intent=options[0].intent, issue=None))
        if len(usable) > 1:
            remembered = replace(turn, slots={**turn.slots, "said": found.text})
            return self._question(remembered, replace(turn.issue, options=usable))
        others = [] if found.bare else [option.label for option in options if option not in usable]
        note = f"{'、'.join(others)}这里没有提供，只看{usable[0].label}" if others else ""
        return self._about(usable[0].intent, found.text, self.now, note)

    def _menu_entry(self, numeral: str) -> AskResult:
        place = number(numeral) or 0
        systems = wording.enabled(self.systems)
        if not 1 <= place <= len(systems):
            text = f"{wording.NOTHING_ASKED}\n{wording.menu_text(self.systems)}"
            return self._plain("not_understood", "choice", text)
        return self._open(systems[place - 1], place)

    def _open(self, system: System, place: int) -> AskResult:
        topic = BY_SYSTEM.get(system.id)
        if topic is None:
            return self._plain("answered", "menu", f"{system.title}：{system.summary}")
        found = understand(topic.menu, self.now, zone=self.zone)
        return self.fresh(replace(found, notes=(*found.notes, f"菜单第{place}项“{topic.menu}”")))

    def _small(self, found: Understanding) -> AskResult:
        if found.intent == "refused":
            reply = policy.REFUSALS[found.topic].reply
            text = "\n".join(filter(None, [reply, wording.instead_text(self.systems)]))
            return self._plain("refused", "refused", text)
        status = "refused" if found.intent == "crisis" else "answered"
        return self._plain(status, found.intent, wording.small_text(found.intent, self.systems))

    def _not_understood(self, text: str) -> AskResult:
        shown = f"没看懂“{text[:20]}{'…' if len(text) > 20 else ''}”。" if text else "没看懂。"
        lines = [shown, wording.casting_hint(text, self.systems), wording.menu_text(self.systems)]
        return self._plain("not_understood", "unknown", "\n".join(filter(None, lines)))

    def _plain(self, status: str, intent: str, text: str) -> AskResult:
        return AskResult(status, intent, "", None, None, None, text)


_SMALL = LEAVING | {"thanks", "more", "consent_yes"}


def ask(
    text: str,
    *,
    now: datetime,
    systems: Collection[str],
    context: Json | None = None,
    zone: tzinfo = CHINA,
    compute_slow: bool = True,
) -> AskResult:
    """Answer a sentence with the enabled `systems` at the aware instant `now`; today is the day in `zone`.

    `context` is what the last result of the same person carried. Never raises on any text or context, but for
    SlowSystem where the caller wants slow systems understood and not computed (`compute_slow` false).
    """
    desk = _Desk(now, systems, zone, compute_slow)
    found = understand(text, now, zone=zone)
    before = contexts.load(context, now)
    if before is not None:
        result = desk.resumed(before, text, found)
        if result is not None:
            return result
    return desk.fresh(found, text)


def _takes_leave(found: Understanding) -> bool:
    return found.intent == "thanks" and GRATITUDE.search(found.text) is not None


def _gender_options(slot: str) -> tuple[Option, ...]:
    if slot != "gender":
        return ()
    return (
        Option("男", {"gender": "male"}),
        Option("女", {"gender": "female"}),
        Option("不说（不排大运）", {"gender": "unsaid"}),
    )


def _with_places(issue: Issue) -> Issue:
    """Similar names for a place that is not known; looked up here because it takes milliseconds."""
    if issue.slot != "place" or issue.options:
        return issue
    near = [place.full_name for place in suggest(issue.said, 3)]
    return replace(issue, options=tuple(Option(name, {"place": name}) for name in near))


def _note_lines(notes: tuple[str, ...]) -> list[str]:
    return [f"（{'；'.join(notes)}）"] if notes else []


def _shortened(lines: list[str], hint: str) -> str:
    text = "\n".join(lines)
    whole = f"{text}\n{hint}"
    return whole if len(whole.encode()) <= COMFORTABLE_BYTES else text
