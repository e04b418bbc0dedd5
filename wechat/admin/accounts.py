"""Accounts: making and editing them, with secrets that are set but never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from predictions import registry
from wechat.admin import capabilities, menus, modes, rotation, self_test
from wechat.admin.evidence import BaseAdmin
from wechat.forms import AccountForm
from wechat.models import OfficialAccount

AccountView = Callable[["OfficialAccountAdmin", HttpRequest, OfficialAccount], HttpResponse]
_LIMITS = ("timestamp_tolerance", "dedup_window", "rate_limit_per_min")
_CAPABILITIES = ("kind", "has_customer_service", "can_send_customer_messages", "can_manage_menu")
_PILOT = ("pilot_openids", "pilot_percent", "pilot_text", "maintenance_text")


def print_words(print_: str) -> str:
    """`set · ab12cd34` or `not set`."""
    return f"{_t('set')} · {print_}" if print_ else _t("not set")


def _proof() -> str:
    """The link below which the systems are chosen: how right their charts are."""
    return format_html('<a href="{}">{}</a>', reverse("accuracy"), _("Accuracy of the charts"))


@admin.register(OfficialAccount)
class OfficialAccountAdmin(BaseAdmin):
    form = AccountForm
    list_display = ("slug", "name", "service", "verification", "encryption", "token_state")
    list_display_links = ("slug", "name")
    change_form_template = "admin/wechat/officialaccount/change_form.html"
    readonly_fields = (
        "token_state",
        "aes_key_state",
        "app_secret_state",
        "capabilities",
        "service",
        "verification",
        "encryption",
    )

    def has_delete_permission(self, request: HttpRequest, obj: OfficialAccount | None = None) -> bool:
        """Its messages would go with it, and they are evidence."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: OfficialAccount | None = None) -> Any:
        """A new account gets what identifies it; the rest follows when it exists."""
        if obj is None:
            return [(None, {"fields": ("slug", "name", "original_id", "app_id", "systems")})]
        editable = self.has_change_permission(request, obj)
        secret = [] if not editable or "app_secret" in obj.environment_fields else ["new_app_secret"]
        return [
            (None, {"fields": ("slug", "name", "original_id", "app_id")}),
            (_("Secrets"), {"fields": ("token_state", "aes_key_state", "app_secret_state", *secret)}),
            (_("Modes"), {"fields": ("service", "verification", "encryption")}),
            (
                _("Systems"),
                {"fields": ("systems" if editable else "system_titles",), "description": _proof()},
            ),
            (_("Pilot and maintenance"), {"fields": _PILOT if editable else ("pilot_size", *_PILOT[1:])}),
            (_("Limits"), {"fields": _LIMITS}),
            (_("What this account can do"), {"fields": (*_CAPABILITIES, "capabilities")}),
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: OfficialAccount | None = None
    ) -> tuple[str, ...]:
        """What the environment sets would be overwritten at the next start, so it can't be edited here."""
        if obj is None:
            return ()
        fixed = [name for name in ("original_id", "app_id", *_LIMITS) if name in obj.environment_fields]
        return (*self.readonly_fields, "slug", *fixed)

    @admin.display(description=_("Token"))
    def token_state(self, account: OfficialAccount) -> str:
        return self._with_former(account.token, account, account.accept_tokens.split(), "token")

    @admin.display(description="EncodingAESKey")
    def aes_key_state(self, account: OfficialAccount) -> str:
        return self._with_former(account.aes_key, account, account.previous_aes_keys.split(), "aes_key")

    @admin.display(description="AppSecret")
    def app_secret_state(self, account: OfficialAccount) -> str:
        return print_words(account.secret_prints()["app_secret"])

    def _with_former(self, secret: str, account: OfficialAccount, former: list[str], name: str) -> str:
        words = print_words(account.secret_prints()[name])
        if not former:
            return words
        return _t("%(state)s (and %(count)d former accepted)") % {"state": words, "count": len(former)}

    @admin.display(description=_("Systems"))
    def system_titles(self, account: OfficialAccount) -> str:
        titles = {system.id: system.title for system in registry.all_systems()}
        return ", ".join(titles.get(name, name) for name in account.systems) or "–"

    @admin.display(description=_("Pilot followers"))
    def pilot_size(self, account: OfficialAccount) -> int:
        """OpenIDs are personal data: who may not edit the list sees its length."""
        return len(account.pilot_openids.split())

    @admin.display(description=_("Learned and hidden"))
    def capabilities(self, account: OfficialAccount) -> str:
        return capabilities.table_of(account)

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: AccountView, name: str) -> URLPattern:
            def with_account(request: HttpRequest, object_id: str) -> HttpResponse:
                return view(self, request, self._account_or_404(request, object_id))

            wrapped = self.admin_site.admin_view(with_account)
            return path(f"<path:object_id>/{route}/", wrapped, name=f"wechat_officialaccount_{name}")

        return [
            own("modes", modes.modes_view, "modes"),
            own("token", rotation.token_view, "token"),
            own("aes-key", rotation.aes_key_view, "aes_key"),
            own("menu", menus.menu_view, "menu"),
            own("self-test", self_test.self_test_view, "self_test"),
            *super().get_urls(),
        ]

    def _account_or_404(self, request: HttpRequest, object_id: str) -> OfficialAccount:
        if not self.has_view_permission(request):
            raise PermissionDenied
        account: OfficialAccount | None = self.get_object(request, unquote(object_id))
        if account is None:
            raise Http404(_t("There is no such account."))
        return account

    def account_page(
        self, request: HttpRequest, account: OfficialAccount, template: str, title: str, **context: Any
    ) -> HttpResponse:
        """One of the account's own pages."""
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "account": account,
        }
        return TemplateResponse(request, f"admin/wechat/officialaccount/{template}", shared | context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {
            "callback_base": settings.CELESTIAL_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))
