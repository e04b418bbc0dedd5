"""`/_debug_signature`: why a signature does not match, for somebody who sits on the machine itself."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse

from celestial_site.loopback import is_direct_loopback
from wechat.crypto import matching_tokens, sign
from wechat.models import OfficialAccount


def debug_signature(request: HttpRequest) -> JsonResponse:
    """`?signature&timestamp&nonce[&account]`: matches or not, the token slot, how the expected one begins."""
    if not is_direct_loopback(request):
        raise Http404
    given = {name: request.GET.get(name, "") for name in ("signature", "timestamp", "nonce")}
    slug = request.GET.get("account", "default")
    account = OfficialAccount.objects.filter(slug=slug).first()
    if account is None or not account.tokens():
        return JsonResponse({"matches": False, "problem": f"no account {slug!r} with a token"}, status=404)
    slots = matching_tokens(account.tokens(), given["signature"], given["timestamp"], given["nonce"])
    return JsonResponse(
        {
            "matches": bool(slots),
            "token_slot": slots[0] if slots else None,
            "token_slots": len(account.tokens()),
            "expected_begins_with": sign(account.token, given["timestamp"], given["nonce"])[:8],
            "received_begins_with": given["signature"][:8],
            "differs": None if slots else what_differs(given),
        }
    )


def what_differs(given: dict[str, str]) -> str:
    """The part to look at first."""
    missing = [name for name, value in given.items() if not value]
    if missing:
        return f"missing: {', '.join(missing)}"
    signature = given["signature"]
    if len(signature) != 40 or set(signature.lower()) - set("0123456789abcdef"):
        return "signature is not 40 hex digits"
    if signature != signature.lower():
        return "signature is not in lower case"
    if not given["timestamp"].isdigit():
        return "timestamp is not a number of seconds"
    return "token: timestamp and nonce are present, so the Token differs from the one in the WeChat console"
