"""What staff write for an account: the set texts, the words that are never sent, and the keyword rules."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from wechat import keywords
from wechat.keywords import Rule
from wechat.models.account import OfficialAccount


class AccountTexts(models.Model):
    """The texts of one account; an empty one leaves the built-in text as it is."""

    account = models.OneToOneField(
        OfficialAccount, models.CASCADE, related_name="texts", verbose_name=_("account")
    )
    welcome = models.TextField(
        _("welcome"), blank=True, default="", help_text=_("For a new follower; the menu follows it.")
    )
    help_addition = models.TextField(
        _("addition to the help"), blank=True, default="", help_text=_("Stands below the built-in help.")
    )
    error = models.TextField(
        _("error"), blank=True, default="", help_text=_("When the answer failed; staff see why.")
    )
    rate_limited = models.TextField(
        _("too many messages"),
        blank=True,
        default="",
        help_text=_("Sent once in the minute in which a follower exceeds the limit; empty: silence."),
    )
    refusal_addition = models.TextField(
        _("addition to a refusal"),
        blank=True,
        default="",
        help_text=_(
            "Stands below the reply to a question that is never answered. Words of crisis stay alone."
        ),
    )
    consent = models.TextField(
        _("consent"),
        blank=True,
        default="",
        help_text=_(
            "Precedes the first question for birth data. Say what it is used for and how to decline."
        ),
    )
    placeholder = models.TextField(
        _("placeholder"),
        blank=True,
        default="",
        db_default="",
        help_text=_("When an answer takes longer than WeChat waits and can only go with the next reply."),
    )
    handed_over = models.TextField(
        _("handed over"),
        blank=True,
        default="",
        db_default="",
        help_text=_("When a follower asked for a person and waits for staff."),
    )
    sensitive_words = models.TextField(
        _("sensitive words"),
        blank=True,
        default="",
        help_text=_("One a line. Where one would be echoed or sent, ＊ stands for each of its characters."),
    )

    class Meta:
        verbose_name = _("texts of an account")
        verbose_name_plural = _("texts of the accounts")
        ordering = ("account__slug",)

    def __str__(self) -> str:
        return str(self.account)

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.account.save(update_fields=[])


class KeywordRule(models.Model):
    """An answer of staff that comes before the engine: a server configuration switches the WeChat console's own off."""

    class Match(models.TextChoices):
        EXACT = keywords.EXACT, _("the sentence is the keyword")
        CONTAINS = keywords.CONTAINS, _("the sentence contains the keyword")
        PATTERN = keywords.PATTERN, _("the sentence fits the pattern")

    class AnswersWith(models.TextChoices):
        TEXT = keywords.TEXT, _("the text")
        MENU = keywords.MENU, _("the text, then the numbered menu")

    account = models.ForeignKey(
        OfficialAccount, models.CASCADE, related_name="keyword_rules", verbose_name=_("account")
    )
    position = models.PositiveIntegerField(
        _("order"), default=100, help_text=_("The rule with the smallest number wins.")
    )
    is_on = models.BooleanField(_("on"), default=True)
    match = models.CharField(_("match"), max_length=10, choices=Match.choices, default=Match.EXACT)
    keyword = models.TextField(
        _("keyword"),
        max_length=500,
        help_text=_(
            "One a line. Case, full width and traditional characters make no difference. In a pattern * is any text,"
            " ? one character and | separates alternatives. Keys of menu buttons and scenes of QR codes count too."
        ),
    )
    answers_with = models.CharField(
        _("answer with"), max_length=10, choices=AnswersWith.choices, default=AnswersWith.TEXT
    )
    answer = models.TextField(_("text"), max_length=2000, blank=True, default="")
    updated = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("keyword rule")
        verbose_name_plural = _("keyword rules")
        ordering = ("account", "position", "id")

    def __str__(self) -> str:
        return (self.keyword.splitlines() or ["–"])[0]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Every change ends the cached accounts of all processes."""
        super().save(*args, **kwargs)
        self.account.save(update_fields=[])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        self.account.save(update_fields=[])
        return deleted

    def as_rule(self) -> Rule:
        return Rule.of(self.match, self.keyword, self.answers_with, self.answer)
