"""Followers of whom something is remembered: staff see that, not what, and may block them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wechat.admin import conversations, masking
from wechat.admin.evidence import BaseAdmin, CappedPaginator, local_time
from wechat.models import Follower


@admin.register(Follower)
class FollowerAdmin(BaseAdmin):
    list_display = ("who", "account", "has_profile", "is_talking", "waits", "blocked", "changed")
    list_display_links = ("who",)
    list_filter = ("account", "blocked")
    list_select_related = ("account",)
    change_list_template = "admin/wechat/follower/change_list.html"
    change_form_template = "admin/wechat/follower/change_form.html"
    search_fields = ("=openid",)
    search_help_text = _("An exact OpenID.")
    paginator = CappedPaginator
    show_full_result_count = False
    fields = ("who", "account", "has_profile", "is_talking", "changed", "last_message", "blocked", "note")
    readonly_fields = ("who", "account", "has_profile", "is_talking", "changed", "last_message")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Follower | None = None) -> bool:
        """Followers delete their data themselves, in every table at once."""
        return False

    def get_urls(self) -> list[URLPattern]:
        return [*conversations.urls(self), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Follower, form: Any, change: bool) -> None:
        """Only what stands on the page: the row also belongs to the callback, which may write it at the same time."""
        Follower.objects.filter(pk=obj.pk).update(note=obj.note)
        if "blocked" in form.changed_data:
            Follower.objects.get(pk=obj.pk).block(timezone.now(), blocked=obj.blocked)

    @admin.display(description=_("follower"))
    def who(self, follower: Follower) -> str:
        return masking.pseudonym(follower.openid)

    @admin.display(description=_("asked us to keep data"), boolean=True)
    def has_profile(self, follower: Follower) -> bool:
        return bool(follower.profile_json)

    @admin.display(description=_("is asked something"), boolean=True)
    def is_talking(self, follower: Follower) -> bool:
        return bool(follower.talk_json)

    @admin.display(description=_("waits for a person"), boolean=True)
    def waits(self, follower: Follower) -> bool:
        return follower.is_handed_over(timezone.now())

    @admin.display(description=_("changed"), ordering="updated")
    def changed(self, follower: Follower) -> SafeString | str:
        return local_time(follower.updated)

    @admin.display(description=_("last message"))
    def last_message(self, follower: Follower) -> SafeString | str:
        return local_time(follower.last_message_at)
