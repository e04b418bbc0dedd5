"""One turn of a conversation: a sentence of a follower in, what is said to it out, the follower's state kept up."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime

from predictions import language
from predictions.language import wording
from predictions.language.results import AskResult
from predictions.reading_pages.links import reading_url
from predictions.terms_zh_en import label
from predictions.types import Chart, Json
from wechat import metrics
from wechat.conversation import births, places
from wechat.gateway_account import GatewayAccount
from wechat.keywords import MENU, Rule, first_match
from wechat.models import Follower
from wechat.replies import MORE, TEXT_LIMIT, split_text
from wechat.xml import TextReply

RULE, NOT_UNDERSTOOD = "keyword_rule", "not_understood"
# What the engine writes where its text ends before its reading does.
LEFT_OUT = re.compile(rf"^{label('more', 'zh-Hans')}\d+条。$", re.MULTILINE)
PAGE = "图与依据："
ON_REQUEST = "出生信息不建档；想保存请回复“记住我的资料”。"


@dataclass(slots=True)
class Talk:
    """The account, the follower and the instant of one turn."""

    account: GatewayAccount
    follower: Follower
    now: datetime
    compute_slow: bool = True

    @property
    def state(self) -> Json:
        return self.follower.talk

    def say(self, text: str, chart: Chart | None = None) -> TextReply:
        """What goes out: sensitive words covered; of a long text the first part, the rest kept for 继续.

        The link to the page of `chart` stands at the end of what goes out now, whole; such a text is short enough for
        the outbox, too, which sends shorter ones.
        """
        text, link = self.account.covered(text), self.link_to(chart)
        room = TEXT_LIMIT - len((link + MORE).encode()) if link else TEXT_LIMIT
        self.state.pop("rest", None)
        if len(text.encode()) > room:
            text, self.state["rest"] = first_part(text, room)
        return TextReply(text + link)

    def link_to(self, chart: Chart | None) -> str:
        """The last line of an answer; empty without a chart or a public address. Costs no statement."""
        holder = self.follower.page_holder
        if chart is None or not holder:
            return ""
        url = reading_url(chart.system, chart.input, chart.options, holder=holder, now=self.now)
        return f"\n{PAGE}{url}" if url else ""

    def go_on(self) -> TextReply:
        """The next part of a long text."""
        return self.say(self.state.pop("rest"))

    def by_rule(self, said: str) -> TextReply | None:
        """The answer of staff, if a rule of theirs applies. An open question stays open."""
        rule = first_match(self.account.rules, said)
        return self.say(self._answer_of(rule)) if rule else None

    def _answer_of(self, rule: Rule) -> str:
        menu = [language.menu_text(self.account.systems)] if rule.answers_with == MENU else []
        return "\n".join(filter(None, [rule.answer.strip(), *menu]))

    def ask(self, text: str, context: Json | None) -> AskResult:
        """The engine's result, with its time counted under the system that was asked for.

        Raises language.SlowSystem for a slow one where those are not to be computed here.
        """
        started = time.perf_counter()
        result = language.ask(
            text,
            now=self.now,
            systems=self.account.systems,
            context=context,
            zone=places.zone_at(self.follower.profile.get("spot")),
            compute_slow=self.compute_slow,
        )
        system = result.answer.chart.system if result.answer else "none"
        metrics.engine_seconds.labels(system).observe(time.perf_counter() - started)
        return result

    def dialogue(self, text: str, context: Json | None) -> tuple[TextReply, str]:
        """The engine's answer in the light of what is pending; what is pending afterwards is kept."""
        result = self.ask(text, context)
        saving = bool(self.state.get("saving")) and result.intent in births.INTENTS
        self._keep("context", result.context)
        self._keep("saving", saving and result.context is not None)
        slots = births.slots_of(result.answer) if result.answer else None
        if slots and saving:
            return self.save_birth(slots), ""
        if slots:
            self.state["birth"] = slots
        return self._say_whole(result, self._text_of(result, slots)), self._cause_of(result)

    def _say_whole(self, result: AskResult, text: str) -> TextReply:
        """An answer with the link to its page. What it left out of its reading for want of room, 继续 brings."""
        chart = result.answer.chart if result.answer else None
        statements = result.answer.reading.statements if result.answer else []
        left = [f"·{said.text}〔{said.source}〕" for said in statements if said.text not in text]
        if not left or not LEFT_OUT.search(text):
            return self.say(text, chart)
        reply = self.say(LEFT_OUT.sub(f"……其余{len(left)}条，回复“继续”看。", text), chart)
        self.state["rest"] = "\n".join(filter(None, [self.state.get("rest"), *left]))
        return reply

    def save_birth(self, slots: Json) -> TextReply:
        """Keep a birth because the person asked for it."""
        self.follower.profile["birth"] = slots
        self.state.pop("birth", None)
        return self.say(f"已记住：{births.in_words(slots)}。\n{births.HOW_TO_USE}")

    def _keep(self, name: str, value: object) -> None:
        if value:
            self.state[name] = value
        else:
            self.state.pop(name, None)

    def _text_of(self, result: AskResult, birth: Json | None) -> str:
        """The engine's text with what staff set for this account."""
        texts, text = self.account.texts, result.text
        if texts.consent:
            text = text.replace(wording.CONSENT, texts.consent)
        if birth is not None:
            known = birth == self.follower.profile.get("birth")
            text = text.replace(wording.NOT_KEPT, births.FROM_PROFILE if known else ON_REQUEST)
        if result.intent == "help":
            text = "\n".join(filter(None, [text, births.help_line(self.account), texts.help_addition]))
        if result.intent == "refused" and texts.refusal_addition:
            text = f"{text}\n{texts.refusal_addition}"
        return text

    @staticmethod
    def _cause_of(result: AskResult) -> str:
        return NOT_UNDERSTOOD if result.status == "not_understood" and result.intent == "unknown" else ""


def first_part(text: str, room: int = TEXT_LIMIT) -> tuple[str, str]:
    """`text` cut to `room` bytes where a line ends if that is in the second half, with the hint; and what is left."""
    head = split_text(text, room - len(MORE.encode()))[0]
    line = head.rfind("\n")
    if line > len(head) // 2:
        head = head[:line]
    return head + MORE, text[len(head) :].lstrip("\n")


def without_link(text: str) -> tuple[str, str]:
    """A text and the line at its end that links to its reading page, which is empty where there is none."""
    before, line, url = text.rpartition(f"\n{PAGE}")
    return (before, line + url) if line and "\n" not in url else (text, "")
