"""Followers of whom something is remembered: staff see that, not what, and may block them."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wechat.admin import masking
from wechat.admin.evidence import BaseAdmin, CappedPaginator, local_time
from wechat.models import Follower


@admin.register(Follower)
class FollowerAdmin(BaseAdmin):
    list_display = ("who", "account", "has_profile", "is_talking", "blocked", "changed")
    list_display_links = ("who",)
    list_filter = ("account", "blocked")
    list_select_related = ("account",)
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

    @admin.display(description=_("follower"))
    def who(self, follower: Follower) -> str:
        return masking.pseudonym(follower.openid)

    @admin.display(description=_("asked us to keep data"), boolean=True)
    def has_profile(self, follower: Follower) -> bool:
        return bool(follower.profile_json)

    @admin.display(description=_("is asked something"), boolean=True)
    def is_talking(self, follower: Follower) -> bool:
        return bool(follower.talk_json)

    @admin.display(description=_("changed"), ordering="updated")
    def changed(self, follower: Follower) -> SafeString | str:
        return local_time(follower.updated)

    @admin.display(description=_("last message"))
    def last_message(self, follower: Follower) -> SafeString | str:
        return local_time(follower.last_message_at)
