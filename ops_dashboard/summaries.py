"""Words of the dashboard: titles, labels, and the one sentence under each chart, computed from its numbers."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from ops_dashboard.alert_rules import BY_ID
from ops_dashboard.measures import quantile
from ops_dashboard.series import COUNTED, Series
from wechat.admin.causes import refusal_words


def title(panel: str) -> str:
    return {
        "messages": _t("Messages"),
        "latency": _t("Time to answer"),
        "rejections": _t("Rejected requests"),
        "retries": _t("Duplicates (WeChat's retries)"),
        "calls": _t("API and engine"),
        "backlog": _t("Backlog"),
    }[panel]


def unit(panel: str) -> str:
    return {
        "messages": _t("per minute"),
        "latency": _t("seconds"),
        "rejections": _t("requests"),
        "retries": _t("deliveries"),
        "calls": _t("calls"),
        "backlog": _t("messages, seconds"),
    }[panel]


def labels(found: Series) -> dict[str, str]:
    """Series key -> words."""
    fixed = {
        "replied": _t("replied"),
        "acknowledged": _t("acknowledged"),
        "deferred": _t("deferred"),
        "failed": _t("failed"),
        "p50": "P50",
        "p95": "P95",
        "p99": "P99",
        "duplicates": _t("duplicates"),
        "api_calls": _t("API calls"),
        "engine_calls": _t("engine calls"),
        "server_errors": _t("5xx answers"),
        "pending": _t("pending messages"),
        "oldest_pending": _t("age of the oldest in seconds"),
        "time": _t("Time of day"),
        "alert_line": _t("alert line"),
        "limit_line": _t("WeChat's limit"),
    }
    return fixed | {cause: str(refusal_words(cause)) for cause in found.causes()}


def summary(panel: str, found: Series) -> str:
    return {
        "messages": _messages,
        "latency": _latency,
        "rejections": _rejections,
        "retries": _retries,
        "calls": _calls,
        "backlog": _backlog,
    }[panel](found)


def _share(part: float, whole: float) -> str:
    return f"{part / whole * 100:.1f} %" if whole else "–"


def _messages(found: Series) -> str:
    total = sum(found.total(column) for column in COUNTED[:5])
    if not total:
        return _t("No messages in this period.")
    answered = total - sum(found.total(column) for column in ("failed", "pending", "deferred"))
    failed = found.total("failed")
    return _t("%(total)d messages; %(share)s answered, %(failed)d failed.") % {
        "total": total,
        "share": _share(answered, total),
        "failed": failed,
    }


def _latency(found: Series) -> str:
    counts = found.latency()
    p95 = quantile(counts, 0.95)
    if p95 is None:
        return _t("No answers in this period.")
    line = BY_ID["slow-callback"].threshold
    verdict = _t("below the alert line") if p95 <= line else _t("ABOVE the alert line")
    return _t("Half of the answers took less than %(p50)s s, 95 %% less than %(p95)s s: %(verdict)s.") % {
        "p50": f"{quantile(counts, 0.5):.3g}",
        "p95": f"{p95:.3g}",
        "verdict": verdict,
    }


def _rejections(found: Series) -> str:
    causes = found.causes()
    if not causes:
        return _t("Nothing was rejected.")
    total = sum(sum(step.refusals.values()) for step in found.steps)
    text = ngettext("%(n)d request was rejected", "%(n)d requests were rejected", total) % {"n": total}
    return _t("%(text)s, mostly: %(cause)s.") % {"text": text, "cause": refusal_words(causes[0])}


def _retries(found: Series) -> str:
    duplicates = found.total("duplicates")
    deliveries = duplicates + sum(found.total(column) for column in COUNTED[:5])
    return _t("%(count)d of %(all)d deliveries were repetitions (%(share)s).") % {
        "count": duplicates,
        "all": deliveries,
        "share": _share(duplicates, deliveries),
    }


def _sum(found: Series, column: str) -> float:
    return sum(step.system.get(column) or 0 for step in found.steps)


def _calls(found: Series) -> str:
    return _t("%(api)d API calls, %(engine)d engine calls, %(errors)d answers with 5xx.") % {
        "api": _sum(found, "api_calls"),
        "engine": _sum(found, "engine_calls"),
        "errors": _sum(found, "server_errors"),
    }


def _backlog(found: Series) -> str:
    known = [step for step in found.steps if "pending" in step.system]
    if not known:
        return _t("Nothing was measured yet; is a Celery worker running, and beat?")
    worst = max(step.system["oldest_pending"] or 0 for step in known)
    return _t("%(now)d messages wait now; the longest wait was %(worst)s s.") % {
        "now": known[-1].system["pending"] or 0,
        "worst": f"{worst:.3g}",
    }
