"""Alert channels: addresses and secrets that are set but never shown, and a button that tries one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib import messages as notices
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ops_dashboard import delivery
from ops_dashboard.models import AlertChannel
from ops_dashboard.outgoing import AddressRefused, check_address
from wechat.admin.evidence import id_of, local_time

if TYPE_CHECKING:
    ChannelModelForm = forms.ModelForm[AlertChannel]
    ChannelModelAdmin = admin.ModelAdmin[AlertChannel]
else:
    ChannelModelForm = forms.ModelForm
    ChannelModelAdmin = admin.ModelAdmin

_HIDDEN = forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)


class ChannelForm(ChannelModelForm):
    """The stored address and secret never come back to the browser: empty fields keep them."""

    new_url = forms.CharField(
        label=_("new address"),
        required=False,
        widget=_HIDDEN,
        help_text=_(
            "The robot's webhook address; for e-mail smtps://user:password@host. Empty keeps the present one."
        ),
    )
    new_secret = forms.CharField(
        label=_("new signing secret"),
        required=False,
        widget=_HIDDEN,
        help_text=_("DingTalk, Feishu and webhook. Empty keeps the present one."),
    )
    remove_secret = forms.BooleanField(label=_("remove the signing secret"), required=False)

    class Meta:
        model = AlertChannel
        fields = ("name", "kind", "recipients", "least", "language", "enabled")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        url, kind = cleaned.get("new_url") or self.instance.url, cleaned.get("kind")
        if not url:
            self.add_error("new_url", _("An address is needed."))
        elif kind:
            try:
                check_address(kind, url)
            except AddressRefused as refused:
                self.add_error("new_url", str(refused))
        if kind == AlertChannel.Kind.EMAIL:
            self._check_recipients(cleaned.get("recipients") or "")
        return cleaned

    def _check_recipients(self, text: str) -> None:
        addresses = [address.strip() for address in text.split(",") if address.strip()]
        try:
            for address in addresses:
                validate_email(address)
        except ValidationError as error:
            self.add_error("recipients", error)
        if not addresses:
            self.add_error("recipients", _("E-mail needs recipients."))

    def save(self, commit: bool = True) -> AlertChannel:
        channel = self.instance
        channel.url = self.cleaned_data["new_url"] or channel.url
        channel.secret = self.cleaned_data["new_secret"] or channel.secret
        if self.cleaned_data["remove_secret"]:
            channel.secret = ""
        return super().save(commit)


@admin.register(AlertChannel)
class AlertChannelAdmin(ChannelModelAdmin):
    form = ChannelForm
    list_display = ("name", "kind", "enabled", "least", "last_sent_when", "last_error")
    change_form_template = "admin/ops_dashboard/alertchannel/change_form.html"
    readonly_fields = ("address_state", "secret_state", "last_sent_when", "last_error")

    def get_fields(self, request: HttpRequest, obj: AlertChannel | None = None) -> Any:
        own = ("name", "kind", "recipients", "least", "language", "enabled")
        if obj is None:
            return (*own, "new_url", "new_secret")
        secret = (
            ("new_url", "new_secret", "remove_secret") if self.has_change_permission(request, obj) else ()
        )
        return (*own, "address_state", "secret_state", *secret, "last_sent_when", "last_error")

    @admin.display(description=_("address"))
    def address_state(self, channel: AlertChannel) -> str:
        return f"{_t('set')} · {channel.url_print}" if channel.url else _t("not set")

    @admin.display(description=_("signing secret"))
    def secret_state(self, channel: AlertChannel) -> str:
        return _t("set") if channel.secret else _t("not set")

    @admin.display(description=_("last sent"))
    def last_sent_when(self, channel: AlertChannel) -> SafeString | str:
        return local_time(channel.last_sent)

    def get_urls(self) -> list[URLPattern]:
        test = self.admin_site.admin_view(self.test_view)
        own = path("<path:object_id>/test/", test, name="ops_dashboard_alertchannel_test")
        return [own, *super().get_urls()]

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a test alert now; the history and the log keep who did."""
        if not request.user.has_perm("ops_dashboard.test_alertchannel"):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        channel = AlertChannel.objects.filter(pk=id_of(unquote(object_id))).first()
        if channel is None:
            raise Http404
        try:
            delivery.send_test(channel, request.user.get_username(), timezone.now())
            notices.success(request, _t("The test alert was accepted."))
            outcome = "sent"
        except delivery.NotSent as error:
            notices.error(request, _t("The test alert was not sent: %(reason)s") % {"reason": error})
            outcome = f"failed: {error}"
        self.log_change(request, channel, f"test alert: {outcome}")
        return HttpResponseRedirect(reverse("admin:ops_dashboard_alertchannel_change", args=[channel.pk]))
