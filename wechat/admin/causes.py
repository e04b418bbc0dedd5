"""Causes, codes, marks and steps in words, with what to do about them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

# Why a request was refused (wechat.policy.Cause).
REFUSALS: dict[str, Words] = {
    "bad_signature": _("the signature is wrong"),
    "stale_timestamp": _("the timestamp is too old or in the future"),
    "missing_parameter": _("a parameter is missing"),
    "repeated_parameter": _("a parameter is repeated"),
    "bad_parameter": _("a parameter can't be accepted"),
    "not_encrypted": _("the message is not encrypted"),
    "unexpected_encryption": _("the message is encrypted, the account is set to plaintext"),
    "wrong_original_id": _("the message is for another account"),
    "replayed_nonce": _("timestamp and nonce were used for another message"),
    "misconfigured": _("the account is not set up completely"),
    "unknown_account": _("no account has this address"),
    "too_large": _("the body is too large"),
    "bad_base64": _("the encrypted text is not Base64"),
    "decrypt_failed": _("decryption failed"),
    "bad_padding": _("the decrypted bytes have a wrong padding"),
    "bad_length": _("the decrypted bytes have a wrong length field"),
    "wrong_app_id": _("the message was encrypted for another AppID"),
    "unparsable_xml": _("the body is not XML that can be read"),
    "forbidden_xml": _("the XML holds something that is not allowed"),
}

# Why a message was answered as it was (wechat.converse, wechat.receive).
OUTCOMES: dict[str, Words] = {
    "engine_error": _("the engine failed; the follower got an apology"),
    "forgotten": _("the follower had their data deleted"),
    "engine_timeout": _("the engine was given up after half a minute; the follower got an apology"),
    "slow": _("not ready when WeChat stopped waiting; the answer is delivered later"),
    "slow_system": _("a slow system; a worker computes the answer"),
    "with_kept": _("the reply brought an answer that was kept"),
    "rate_limited": _("over the limit of messages per minute; stored, not answered"),
    "blocked": _("the follower is blocked; stored, not answered"),
    "keyword_rule": _("answered by a keyword rule"),
    "not_understood": _("not understood; the follower got the menu"),
    "asked_for_person": _("asked for a person; waits on the list"),
    "handed_over": _("waits for a person or talks with one; stored, not answered"),
    "handed_back": _("the follower went back to the automatic answers"),
    "transferred": _("handed over to WeChat's customer service"),
    "erasure": _("the follower's data are deleted"),
    "mode_pilot": _("outside the pilot; the set text was sent"),
    "mode_record_only": _("record only; nobody is answered"),
    "mode_maintenance": _("maintenance; the set text was sent"),
}

# What lenient verification and the reader forgave.
MARKS: dict[str, Words] = {
    "bad_signature": _("wrong signature, forgiven by lenient verification"),
    "stale_timestamp": _("stale timestamp, forgiven by lenient verification"),
    "wrong_original_id": _("wrong original id, forgiven by lenient verification"),
    "illegal_characters": _("characters that XML does not allow were removed"),
}

# The steps of a try in their order; PostgreSQL does not keep the order of JSON members.
STEPS: dict[str, Words] = {
    "open": _("verified and decrypted"),
    "parse": _("read"),
    "claim": _("stored"),
    "converse": _("decided"),
    "wait": _("waited for the answer"),
    "seal": _("reply sealed"),
    "record": _("recorded"),
}

# What to do, by cause where no official code says it better.
ADVICE: dict[str, Words] = {
    "stale_timestamp": _(
        "Compare the server's clock with the real time (timedatectl). A request that was held back by a"
        " proxy, or that somebody recorded and sent again, looks the same."
    ),
    "missing_parameter": _(
        "WeChat always sends signature, timestamp and nonce. A browser or a scanner does not; when"
        " WeChat's own requests are refused, a proxy drops the query."
    ),
    "repeated_parameter": _(
        "WeChat never repeats a parameter. Look at the proxy's rewriting; otherwise it is a scanner."
    ),
    "bad_parameter": _(
        "A parameter is too long or holds control characters. WeChat does not send such; it is a scanner."
    ),
    "not_encrypted": _(
        "The account is set to safe, WeChat to plaintext or compatible. Set the message encryption in"
        " the WeChat console to safe mode, or this account to compatible."
    ),
    "unexpected_encryption": _(
        "Enter EncodingAESKey and AppID here and switch this account to compatible or safe, or set the"
        " WeChat console to plaintext mode."
    ),
    "wrong_original_id": _(
        "Compare the original id (gh_…) with the one in the WeChat console under account details."
    ),
    "replayed_nonce": _(
        "Somebody sent a different message under a timestamp and nonce that were used already. WeChat"
        " does not do that: treat it as an attack and change the Token when it goes on."
    ),
    "misconfigured": _("Open the account's self-test; it names what is missing."),
    "too_large": _("WeChat's messages are far below 64 KiB. It is a scanner, or a wrong address."),
}

# What WeChat's own error codes mean on our side, and what to do (protocol reference, section 3).
CODES: dict[int, tuple[Words, Words]] = {
    -40001: (
        _("The signature does not match."),
        _(
            "The Token here and the Token in the WeChat console differ. Rotate it here and paste the"
            " same value there."
        ),
    ),
    -40002: (
        _("The body is not the XML that WeChat sends."),
        _("Look at the body below. Scanners send such; when it comes from WeChat, a proxy changed the body."),
    ),
    -40003: (
        _("The signature could not be computed."),
        _("The account's Token can't be used. Set a new one of 3 to 32 letters and digits."),
    ),
    -40004: (
        _("The EncodingAESKey is not valid."),
        _("It has exactly 43 letters and digits. Copy it again from the WeChat console, without blanks."),
    ),
    -40005: (
        _("The message was encrypted for another AppID."),
        _("Compare the AppID here with the one in the WeChat console under basic configuration."),
    ),
    -40006: (
        _("The reply could not be encrypted."),
        _("Run the account's self-test; it names the setting that is wrong."),
    ),
    -40007: (
        _("The signature is right, decryption failed."),
        _(
            "The EncodingAESKey here differs from the one in the WeChat console. Paste the console's"
            " key here."
        ),
    ),
    -40008: (
        _("The decrypted bytes are not a message."),
        _(
            "Most likely the EncodingAESKey here differs from the one in the WeChat console. Paste the"
            " console's key here."
        ),
    ),
    -40009: (
        _("The reply could not be written as Base64."),
        _("This is an error of the gateway. Report it with the request id."),
    ),
    -40010: (
        _("The encrypted text is not Base64."),
        _(
            "A proxy or a test tool changed the body (a + that became a blank, for example). Send the"
            " body unchanged."
        ),
    ),
    -40011: (
        _("The reply's XML could not be written."),
        _("This is an error of the gateway. Report it with the request id."),
    ),
}


def refusal_words(cause: str) -> Words:
    return REFUSALS.get(cause, cause)


def outcome_words(cause: str) -> Words:
    return OUTCOMES.get(cause) or REFUSALS.get(cause, cause)


def explanation(cause: str, code: int | None) -> tuple[Words, Words]:
    """(what is wrong, what to do) of a refused request."""
    if code in CODES and cause not in ADVICE:
        return CODES[code]
    what = CODES[code][0] if code in CODES else refusal_words(cause)
    return what, ADVICE.get(cause, "")
