"""What staff write for an account: keyword rules, tried before they are saved, and the set texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from wechat.admin import masking
from wechat.admin.evidence import BaseAdmin, id_of
from wechat.admin.not_understood import DAYS, ranked
from wechat.keywords import PATTERN, TEXT, Rule, first_match
from wechat.models import AccountTexts, KeywordRule, Message

_TALK = ("welcome", "help_addition", "consent", "refusal_addition", "handed_over")
_TROUBLE = ("error", "rate_limited", "placeholder")

if TYPE_CHECKING:
    RuleModelForm = forms.ModelForm[KeywordRule]
else:
    RuleModelForm = forms.ModelForm


class RuleForm(RuleModelForm):
    """A rule with a sentence to try it on. While it is tried the form is never valid, so nothing is saved."""

    trial = forms.CharField(
        label=_("Try it with a sentence"),
        required=False,
        help_text=_("Not saved. Saving is refused while the rule does not fit this sentence."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    verdict = ""

    class Meta:
        model = KeywordRule
        fields = ("account", "position", "is_on", "match", "keyword", "answers_with", "answer")

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if "_try" not in self.data:
            return valid
        if valid:
            self.verdict = self._tried()
        return False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rule = self._rule(cleaned)
        if not (rule.keywords or rule.patterns):
            self.add_error(
                "keyword", _("Nothing is left of this keyword; write letters, digits or characters.")
            )
        elif rule.match == PATTERN and rule.applies(""):
            self.add_error("keyword", _("This pattern fits every sentence: nothing else would be answered."))
        if rule.answers_with == TEXT and not rule.answer.strip():
            self.add_error("answer", _("Write the text that is sent."))
        trial = cleaned.get("trial", "")
        if trial and "_try" not in self.data and first_match([rule], trial) is None:
            self.add_error("trial", _("The rule does not fit this sentence."))
        return cleaned

    @staticmethod
    def _rule(cleaned: dict[str, Any]) -> Rule:
        names = ("match", "keyword", "answers_with", "answer")
        return Rule.of(*(cleaned.get(name) or "" for name in names))

    def _tried(self) -> str:
        """Whether this rule, or one before it, answers the sentence."""
        cleaned = self.cleaned_data
        rule, trial = self._rule(cleaned), cleaned.get("trial", "")
        if not trial:
            return _t("Write a sentence to try the rule with.")
        if first_match([rule], trial) is None:
            return _t("✖ The rule does not fit this sentence.")
        others = KeywordRule.objects.filter(account=cleaned["account"], is_on=True).exclude(
            pk=self.instance.pk
        )
        earlier = others.filter(position__lt=cleaned["position"]).order_by("position", "id")
        for other in earlier:
            if first_match([other.as_rule()], trial):
                return _t("✖ The rule fits, but “%(other)s” comes before it.") % {"other": other}
        return _t("✔ The rule fits this sentence. Nothing is saved yet.")


@admin.register(KeywordRule)
class KeywordRuleAdmin(BaseAdmin):
    form = RuleForm
    list_display = ("first_keyword", "match", "answers_with", "beginning", "position", "is_on", "account")
    list_filter = ("account", "is_on", "match")
    list_select_related = ("account",)
    search_fields = ("keyword", "answer")
    fields = ("account", "position", "is_on", "match", "keyword", "answers_with", "answer", "trial")
    change_form_template = "admin/wechat/keywordrule/change_form.html"
    change_list_template = "admin/wechat/keywordrule/change_list.html"
    actions = ("switch_on", "switch_off")

    def has_delete_permission(self, request: HttpRequest, obj: KeywordRule | None = None) -> bool:
        """A rule is switched off: what an account answered can still be explained then."""
        return False

    @admin.display(description=_("keyword"), ordering="keyword")
    def first_keyword(self, rule: KeywordRule) -> str:
        return str(rule)

    @admin.display(description=_("text"))
    def beginning(self, rule: KeywordRule) -> str:
        return rule.answer if len(rule.answer) <= 30 else f"{rule.answer[:30]}…"

    def get_fields(self, request: HttpRequest, obj: KeywordRule | None = None) -> Any:
        editable = self.has_change_permission(request, obj) if obj else True
        return self.fields if editable else tuple(self.fields or ())[:-1]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        """From a sentence that was not understood: its message is named, so that no text stands in an address."""
        initial = super().get_changeform_initial_data(request)
        message = Message.objects.filter(pk=id_of(str(initial.pop("sentence_of", "")))).first()
        if message is not None and self._may_see(request, message):
            initial |= {
                "account": str(message.account_id),
                "keyword": message.content,
                "trial": message.content,
            }
        return initial

    @staticmethod
    def _may_see(request: HttpRequest, message: Message) -> bool:
        shown = masking.list_is_shown(request)
        rows = ranked(timezone.now(), shown=shown, content=message.content, account_id=message.account_id)
        return any(row.text for row in rows)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.not_understood)
        return [path("not-understood/", view, name="wechat_keywordrule_not_understood"), *super().get_urls()]

    def not_understood(self, request: HttpRequest) -> HttpResponse:
        """What people wrote and the engine did not understand, the most frequent first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Sentences that were not understood"),
            "rows": ranked(timezone.now(), shown=masking.list_is_shown(request)),
            "days": DAYS,
            "may_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/wechat/keywordrule/not_understood.html", context)

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, rules: QuerySet[KeywordRule]) -> None:
        self._switch(request, rules, on=True)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, rules: QuerySet[KeywordRule]) -> None:
        self._switch(request, rules, on=False)

    def _switch(self, request: HttpRequest, rules: QuerySet[KeywordRule], *, on: bool) -> None:
        for rule in rules.exclude(is_on=on).select_related("account"):
            rule.is_on = on
            rule.save()
            self.log_change(request, rule, [{"changed": {"fields": ["is_on"]}}])


@admin.register(AccountTexts)
class AccountTextsAdmin(BaseAdmin):
    list_display = ("account", "own_texts")
    list_select_related = ("account",)
    fieldsets = (
        (None, {"fields": ("account",), "description": _("An empty text leaves the built-in one as it is.")}),
        (_("Conversation"), {"fields": _TALK}),
        (_("When something is wrong"), {"fields": _TROUBLE}),
        (_("Never sent"), {"fields": ("sensitive_words",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: AccountTexts | None = None) -> tuple[str, ...]:
        return ("account",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: AccountTexts | None = None) -> bool:
        """Emptying the texts does the same."""
        return False

    @admin.display(description=_("texts of its own"))
    def own_texts(self, texts: AccountTexts) -> int:
        return sum(1 for name in (*_TALK, *_TROUBLE) if getattr(texts, name))
