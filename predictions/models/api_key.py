"""API keys with their rate window, and the predictions that a key has asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from celestial_site.encryption import EncryptedTextField
from predictions.api import keys
from predictions.models.revoked_pages import revoke_request
from predictions.reading_pages.links import reading_url
from predictions.types import Chart, Json, canonical_json

SCOPES = ("predict", "ask", "batch")


class KeyRefused(Exception):
    """A key that may not be used; the reason may be told to whoever holds it."""


def validate_scopes(value: object) -> None:
    """Scopes are a non-empty list of known names."""
    if not isinstance(value, list) or not value or not set(map(str, value)) <= set(SCOPES):
        raise ValidationError(_("Choose one or more of: %(scopes)s."), params={"scopes": ", ".join(SCOPES)})


class ApiKey(models.Model):
    """A client's credential: only its digest is kept, so it can be shown once, when it is made."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Who uses the key and for what."))
    public_id = models.CharField(_("public id"), max_length=keys.PUBLIC, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    test = models.BooleanField(
        _("for tests"),
        default=False,
        db_default=False,
        help_text=_("The same answers under a limit of its own; the key says cel_test_."),
    )
    scopes = models.JSONField(_("scopes"), default=list, validators=[validate_scopes])
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, help_text=_("Empty: never."))
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_on = models.DateField(_("last used on"), null=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}{self.public_id}…)"

    @property
    def prefix(self) -> str:
        return keys.TEST if self.test else keys.LIVE

    @classmethod
    def issue(
        cls,
        name: str,
        scopes: Sequence[str] = SCOPES,
        expires_at: datetime | None = None,
        *,
        test: bool = False,
    ) -> tuple[ApiKey, str]:
        """A new saved key and its text, which can't be had again."""
        key = cls(name=name, scopes=list(scopes), expires_at=expires_at, test=test)
        text = key.draw()
        key.full_clean(exclude=["digest"])
        key.save()
        return key, text

    def draw(self) -> str:
        """Give this unsaved key its random text; the text is returned and not kept."""
        new = keys.new_key(self.prefix)
        self.public_id, self.digest = new.public_id, new.digest
        return new.text

    @classmethod
    def admit(cls, text: str, now: datetime) -> ApiKey:
        """The live key with this text; raises KeyRefused. The first use of a day is noted."""
        public_id = keys.public_id_of(text)
        key = cls.objects.filter(public_id=public_id).first() if public_id else None
        if key is None or not compare_digest(key.digest, keys.digest(text)):
            raise KeyRefused(_("No such API key."))
        if key.revoked_at is not None:
            raise KeyRefused(_("This API key has been revoked."))
        if key.expires_at is not None and key.expires_at <= now:
            raise KeyRefused(_("This API key has expired."))
        key.note_use(now.date())
        return key

    def note_use(self, today: date) -> None:
        """Write the date once a day: every call would otherwise cost a write."""
        if self.last_used_on is None or self.last_used_on < today:
            type(self).objects.filter(pk=self.pk).update(last_used_on=today)
            self.last_used_on = today

    @property
    def page_holder(self) -> str:
        """Whose reading pages those of this key are."""
        return f"api:{self.public_id}"

    def revoke(self, now: datetime) -> bool:
        """End the key's life; False when it had ended before."""
        changed = type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
        self.refresh_from_db(fields=["revoked_at"])
        return changed == 1


class ApiKeyWindow(models.Model):
    """How many calls a key made in its latest minute: one row per key, so nothing has to be pruned."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="+")
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key_id} {self.minute}: {self.count}"

    @classmethod
    def add(cls, key_id: int, minute: int) -> int:
        """Count one more call in `minute` (of the epoch), atomically across workers; the count so far."""
        table = cls._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (key_id, minute, count) VALUES (%s, %s, 1)"  # noqa: S608
                " ON CONFLICT (key_id) DO UPDATE SET"
                f" count = CASE WHEN {table}.minute < excluded.minute THEN 1 ELSE {table}.count + 1 END,"
                f" minute = CASE WHEN {table}.minute < excluded.minute"
                f" THEN excluded.minute ELSE {table}.minute END"
                " RETURNING count",
                [key_id, minute],
            )
            return int(cursor.fetchone()[0])


class Prediction(models.Model):
    """What a key asked, so that its id can be looked up again.

    The request alone is kept, encrypted because it is birth data: the engine is deterministic, so the answer
    is computed anew.
    """

    ID: ClassVar = re.compile(r"pr_[0-9a-f]{32}")

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="predictions", verbose_name=_("API key"))
    public_id = models.CharField(_("id"), max_length=35, unique=True)
    system = models.CharField(_("system"), max_length=40)
    version = models.CharField(_("engine version"), max_length=60)
    lang = models.CharField(_("language"), max_length=10)
    request = EncryptedTextField()
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # Asked in a batch alone: it goes when the batch goes. Asked singly it stays.
    batch = models.ForeignKey(
        "predictions.Batch",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("batch"),
    )

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        permissions = [("view_personal_data", _("Can see birth data"))]

    def __str__(self) -> str:
        return f"{self.system} {self.public_id}"

    @staticmethod
    def id_for(key: ApiKey, chart: Chart) -> str:
        """Stable for the same key, input, options and version; a MAC, so birth data can't be tried out."""
        asked = [key.public_id, chart.system, chart.version, chart.input, chart.options]
        mac = salted_hmac("predictions.Prediction.id", canonical_json(asked), algorithm="sha256")
        return f"pr_{mac.hexdigest()[:32]}"

    @classmethod
    def of(cls, key: ApiKey, chart: Chart, lang: str) -> Prediction:
        """What was asked, not yet stored."""
        return cls(
            key=key,
            public_id=cls.id_for(key, chart),
            system=chart.system,
            version=chart.version,
            lang=lang,
            request=canonical_json({"input": chart.input, "options": chart.options}),
        )

    @classmethod
    def remember(cls, key: ApiKey, chart: Chart, lang: str) -> Prediction:
        """Store what was asked."""
        prediction = cls.of(key, chart, lang)
        prediction.store()
        return prediction

    def store(self) -> None:
        """Asked again, the row stays and takes the new language. One statement, and one for the page's link."""
        Prediction.objects.bulk_create(
            [self], update_conflicts=True, unique_fields=["public_id"], update_fields=["lang", "batch"]
        )
        self.date_as_stored([self])

    @staticmethod
    def date_as_stored(predictions: Sequence[Prediction]) -> None:
        """A row that was there keeps its date, and the link of its reading page begins with it."""
        if not settings.CELESTIAL_PUBLIC_URL:
            return
        stored = Prediction.objects.filter(public_id__in={one.public_id for one in predictions})
        dates = dict(stored.values_list("public_id", "created_at"))
        for prediction in predictions:
            prediction.created_at = dates.get(prediction.public_id, prediction.created_at)

    @staticmethod
    def store_of_batch(asked: Iterable[Prediction], batch_id: int) -> None:
        """The same for many at once; what a single call stored before keeps its independence of the batch."""
        # The same question twice would be one row changed twice in a statement, which PostgreSQL refuses; a fixed
        # order keeps two workers from waiting for each other.
        once = {prediction.public_id: prediction for prediction in asked}
        rows = [once[public_id] for public_id in sorted(once)]
        for row in rows:
            row.batch_id = batch_id
        Prediction.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["public_id"], update_fields=["lang"]
        )
        # Read after the rows are locked: whose they are can't change any more before the commit.
        AskedAgain.note(Prediction.objects.filter(public_id__in=once), batch_id)

    @classmethod
    def find(cls, key: ApiKey, public_id: str) -> Prediction | None:
        """The key's own prediction; None for another key's, as for an id that never was."""
        # A URL may carry characters that PostgreSQL refuses.
        if not cls.ID.fullmatch(public_id):
            return None
        return cls.objects.filter(key=key, public_id=public_id).first()

    def reading_url(self, key: ApiKey, chart: Chart, lang: str, now: datetime) -> str | None:
        """The link to the page, the same for a day at a time: answers to one question don't differ by it.

        A prediction that was deleted and asked again has a later date, so its new link isn't revoked.
        """
        issued = self.page_issued(now)
        return reading_url(
            chart.system, chart.input, chart.options, holder=key.page_holder, now=issued, lang=lang
        )

    def page_issued(self, now: datetime) -> datetime:
        """When the link of the current day begins."""
        return self.created_at + timedelta(days=(now - self.created_at).days)

    def withdraw(self, key: ApiKey, now: datetime) -> None:
        """Delete what was asked, and its page under every link."""
        asked = self.asked()
        with transaction.atomic():
            # The row first, as a batch does that is withdrawn: two orders would be a deadlock.
            self.delete()
            revoke_request(self.system, asked["input"], asked["options"], holder=key.page_holder, now=now)

    def asked(self) -> Json:
        """{"input", "options"} as they were computed."""
        asked: Json = json.loads(self.request)
        return asked


class AskedAgain(models.Model):
    """A batch that asked what was another batch's already: its heir when that one goes.

    Without constraints in the database: the release before deletes predictions and batches and knows no such rows.
    """

    batch = models.ForeignKey(
        "predictions.Batch", models.CASCADE, related_name="asked_again", db_constraint=False
    )
    prediction = models.ForeignKey(
        Prediction, models.CASCADE, related_name="asked_again", db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prediction", "batch"], name="asked_again_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.prediction_id}"

    @staticmethod
    def note(predictions: models.QuerySet[Prediction], batch_id: int) -> None:
        """Note those that are another batch's; what was asked singly stays without."""
        theirs = predictions.filter(batch__isnull=False).exclude(batch=batch_id).values_list("pk", flat=True)
        rows = [AskedAgain(batch_id=batch_id, prediction_id=pk) for pk in theirs]
        AskedAgain.objects.bulk_create(rows, ignore_conflicts=True)

    @classmethod
    def hand_over(cls, batch_id: int, key_id: int) -> None:
        """Give each prediction of the batch to the newest other one that asked it; within a transaction."""
        # Two batches of a key that go at once must not hand their predictions to each other.
        ApiKey.objects.select_for_update(no_key=True).filter(pk=key_id).first()
        own = Prediction.objects.filter(batch=batch_id)
        # Whoever asks one of these now waits for the commit. Locked in the order of `store_of_batch`.
        list(own.select_for_update(no_key=True).order_by("public_id").values_list("pk", flat=True))
        heirs = cls.objects.filter(prediction=OuterRef("pk"), batch__key=key_id).exclude(batch=batch_id)
        heir = Subquery(heirs.order_by("-batch").values("batch")[:1])
        own.alias(heir=heir).filter(heir__isnull=False).update(batch=heir)
