"""Forms of the console: accounts, rotation of their secrets, switches of their modes."""

from __future__ import annotations

import re
import secrets
import string
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from predictions import registry
from wechat.crypto import decode_key
from wechat.models import OfficialAccount
from wechat.models.account import (
    LENIENT_MINUTES,
    LENIENT_MINUTES_MAX,
    Encryption,
    Service,
    Verification,
    default_systems,
)
from wechat.policy import Misconfigured

if TYPE_CHECKING:
    AccountModelForm = forms.ModelForm[OfficialAccount]
else:
    AccountModelForm = forms.ModelForm

ALPHANUMERIC = string.ascii_letters + string.digits
TOKEN_LENGTH = 32
AES_KEY_LENGTH = 43
_TOKEN = re.compile(r"[A-Za-z0-9_-]{3,32}")
# Never filled in again: a secret that a page shows can be read over a shoulder and from a cache.
_SECRET_INPUT = forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "size": 50})


def _title(system: registry.System) -> str:
    return system.title_en if (get_language() or "").startswith("en") else system.title


def system_choices() -> list[tuple[str, str]]:
    """Every system with a mark on those that ask for birth data."""
    choices = []
    for system in registry.all_systems():
        title = _title(system)
        choices.append((system.id, f"{title} — {_t('asks for birth data')}" if system.needs_birth else title))
    return choices


def preset_words() -> str:
    """The presets by name with the systems of this version, for the help text."""
    titles = {
        name: [_title(registry.get(member)) for member in registry.preset(name)] for name in registry.PRESETS
    }
    return "; ".join(f"{name} ({', '.join(members)})" for name, members in titles.items())


class AccountForm(AccountModelForm):
    systems = forms.MultipleChoiceField(
        label=_("Systems that this account answers"),
        choices=system_choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=default_systems,
    )
    new_app_secret = forms.CharField(
        label=_("New AppSecret"),
        required=False,
        widget=_SECRET_INPUT,
        help_text=_("Leave empty to keep the present one. It is never shown again."),
    )

    class Meta:
        model = OfficialAccount
        exclude = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "app_secret" in self.instance.environment_fields:
            del self.fields["new_app_secret"]
        if "systems" in self.fields:
            self.fields["systems"].help_text = _t(
                "A new account starts with 历法民俗, which asks nobody for personal data. WeChat"
                " punishes accounts that collect birth data or sell readings, so systems that ask"
                " for birth data are off until you switch them on; do so only when the account's"
                " category and privacy notice allow it. Presets: %(presets)s."
            ) % {"presets": preset_words()}

    def clean_systems(self) -> list[str]:
        """The chosen ones, and those that this version doesn't know: an upgrade may bring them back."""
        known = {system.id for system in registry.all_systems()}
        return [*self.cleaned_data["systems"], *(name for name in self.instance.systems if name not in known)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        encrypted = self.instance.encryption != Encryption.PLAINTEXT
        if encrypted and "app_id" in self.fields and not cleaned.get("app_id"):
            self.add_error(
                "app_id", _("The account's encryption needs the AppID; switch to plaintext first.")
            )
        return cleaned

    def save(self, commit: bool = True) -> OfficialAccount:
        if self.cleaned_data.get("new_app_secret"):
            self.instance.app_secret = self.cleaned_data["new_app_secret"]
        account: OfficialAccount = super().save(commit)
        return account


class RotationForm(forms.Form):
    """A new token or EncodingAESKey, pasted or made here. `version` refuses a page that was sent twice."""

    value = forms.CharField(label=_("New value"), required=False, widget=_SECRET_INPUT)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, account: OfficialAccount, secret: str, data: Any = None) -> None:
        super().__init__(data, initial={"version": account.version})
        self.account, self.secret = account, secret
        self.generated = data is not None and "generate" in data

    def clean_version(self) -> int:
        if self.cleaned_data["version"] != self.account.version:
            raise forms.ValidationError(
                _(
                    "The account was changed since this page was opened, perhaps by sending it twice."
                    " Look and try again."
                )
            )
        return int(self.cleaned_data["version"])

    def clean_value(self) -> str:
        if self.generated:
            length = TOKEN_LENGTH if self.secret == "token" else AES_KEY_LENGTH  # noqa: S105
            return "".join(secrets.choice(ALPHANUMERIC) for _position in range(length))
        value: str = self.cleaned_data["value"].strip()
        if not value:
            raise forms.ValidationError(_("Paste a value, or let one be generated."))
        self._check_shape(value)
        if value == getattr(self.account, self.secret):
            raise forms.ValidationError(_("This is the present value already."))
        return value

    def _check_shape(self, value: str) -> None:
        if self.secret == "token":  # noqa: S105
            if not _TOKEN.fullmatch(value):
                raise forms.ValidationError(_("A token has 3 to 32 letters, digits, - or _."))
            return
        try:
            decode_key(value)
        except Misconfigured as error:
            length = len(value)
            raise forms.ValidationError(
                _("An EncodingAESKey has exactly 43 letters and digits; this has %(length)d characters."),
                params={"length": length},
            ) from error


CHOICES: dict[str, list[tuple[str, str | Promise]]] = {
    "service": list(Service.choices),
    "verification": list(Verification.choices),
    "encryption": list(Encryption.choices),
}
_STRENGTH = [Encryption.PLAINTEXT, Encryption.COMPATIBLE, Encryption.SAFE]


class ModeForm(forms.Form):
    """One switch of one account. Dangerous values have to be typed before they are set.

    The choices of `value` depend on the switch, so the field is made with the form.
    """

    switch = forms.ChoiceField(choices=[(name, name) for name in CHOICES], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_("Required; it stands in the audit list."),
    )
    minutes = forms.IntegerField(
        label=_("Minutes for lenient"),
        required=False,
        min_value=1,
        max_value=LENIENT_MINUTES_MAX,
        initial=LENIENT_MINUTES,
        help_text=_("It ends by itself. At most 1440 (24 hours)."),
    )
    typed = forms.CharField(required=False)

    def __init__(self, account: OfficialAccount, switch: str, data: Any = None) -> None:
        super().__init__(
            data, initial={"switch": switch, "value": getattr(account, switch)}, auto_id=f"{switch}_%s"
        )
        self.account, self.which = account, switch
        self.fields["value"] = forms.ChoiceField(
            label=_("Switch to"), widget=forms.RadioSelect, choices=CHOICES[switch]
        )
        if switch != "verification":
            del self.fields["minutes"]

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"].strip()
        return reason

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        missing = not (self.account.aes_key and self.account.app_id)
        if self.which == "encryption" and value != Encryption.PLAINTEXT and missing:
            raise forms.ValidationError(_("Set an EncodingAESKey and an AppID first."))
        return value

    @property
    def must_type(self) -> bool:
        """Leaving live, entering lenient, weakening the encryption."""
        value, before = self.cleaned_data["value"], getattr(self.account, self.which)
        if self.which == "encryption":
            return _STRENGTH.index(value) < _STRENGTH.index(before)
        if self.which == "verification":
            return bool(value == Verification.LENIENT)
        return bool(before == Service.LIVE and value != Service.LIVE)

    @property
    def is_confirmed(self) -> bool:
        return not self.must_type or self.cleaned_data["typed"].strip() == self.cleaned_data["value"]

    def apply(self, *, by: str, request_id: str) -> None:
        value = self.cleaned_data["value"]
        minutes = self.cleaned_data.get("minutes") if value == Verification.LENIENT else None
        self.account.switch(
            self.which,
            value,
            by=by,
            reason=self.cleaned_data["reason"],
            minutes=minutes,
            request_id=request_id,
        )
