"""The one source of the alert definitions: the launch report's four baselines and the symptoms that operators watch.

From here come deploy/prometheus/ (rules and their tests), the built-in evaluator, the dashboard's lines and the
runbook's sections. Pure data: thresholds are in the unit that `unit` names, times in minutes.
"""

from __future__ import annotations

from ops_dashboard.alert_definition import AlertRule, Record, Scenario

_ACCEPTED = 'wechat_requests_total{method="POST",outcome!~"rejected|unavailable"}'
SIGNATURE_FAILURES = Record(
    "wechat:signature_failures:increase5m", "sum(increase(wechat_signature_failures_total[5m]))"
)
P95 = Record(
    "wechat:request_seconds:p95_5m",
    'histogram_quantile(0.95, sum by (le) (rate(wechat_request_seconds_bucket{method="POST"}[5m])))',
)
DELIVERIES = Record("wechat:deliveries:increase10m", f"sum(increase({_ACCEPTED}[10m]))")
DUPLICATE_RATIO = Record(
    "wechat:duplicate_hits:ratio_increase10m",
    f"sum(increase(wechat_duplicate_hits_total[10m])) / sum(increase({_ACCEPTED}[10m]))",
)
SERVER_ERRORS = Record(
    "celestial:server_errors:increase5m",
    "(sum(increase(wechat_server_errors_total[5m])) or vector(0))"
    " + (sum(increase(api_server_errors_total[5m])) or vector(0))",
)
_FAILED = 'wechat_requests_total{method="POST",outcome=~"failed|unavailable"}'
UNANSWERED_RATIO = Record(
    "wechat:unanswered:ratio_increase10m",
    f"((sum(increase({_FAILED}[10m])) or vector(0)) + (max(wechat_overdue_messages) or vector(0)))"
    ' / sum(increase(wechat_requests_total{method="POST",outcome!="rejected"}[10m]))',
)
REPLAYS = Record(
    "wechat:replayed_nonces:increase10m",
    'sum(increase(wechat_requests_total{cause="replayed_nonce"}[10m])) or vector(0)',
)
OLDEST_PENDING = Record("wechat:oldest_pending_seconds:max", "max(wechat_oldest_pending_seconds)")
OUTBOX = Record("wechat:outbox_overdue_seconds:max", "max(wechat_outbox_overdue_seconds)")
PERSON_WAITS = Record("wechat:person_waits_seconds:max", "max(wechat_person_waits_seconds)")
OLDEST_BATCH = Record("api:oldest_batch_seconds:max", "max(api_oldest_batch_seconds)")
HEARTBEAT = Record("wechat:worker_heartbeat_seconds:max", 'max(wechat_heartbeat_age_seconds{name="worker"})')
NOT_LIVE = Record(
    "wechat:not_live_seconds:max", 'max by (account) (wechat_mode_age_seconds{switch="service"})'
)
LENIENT = Record(
    "wechat:lenient_seconds:max", 'max by (account) (wechat_mode_age_seconds{switch="verification"})'
)
SILENCE = Record("wechat:silence_ratio:max", "max(wechat_silence_ratio)")
BACKUP = Record("wechat:backup_age_seconds:max", "max(wechat_backup_age_seconds)")
DISK = Record("wechat:disk_free_ratio:min", "min(wechat_disk_free_ratio)")
CERTIFICATE = Record("wechat:certificate_expiry_seconds:min", "min(wechat_certificate_expiry_seconds)")
TARGETS_DOWN = Record("celestial:targets_down:count", 'count(up{job=~"celestial_.*"} == 0) or vector(0)')

_POST = 'wechat_requests_total{method="POST",outcome="%s",cause="%s"}'
_BUCKET = 'wechat_request_seconds_bucket{method="POST",le="%s"}'
_DEFAULT = (("account", "default"),)


def _gauge(
    series: str, bad: str, good: str, at: int, labels: tuple[tuple[str, str], ...] = ()
) -> tuple[Scenario, Scenario]:
    """The two scenarios of a rule that reads one gauge."""
    return Scenario(((series, bad),), at, labels), Scenario(((series, good),), at)


_pending = _gauge("wechat_oldest_pending_seconds", "601+60x10", "600+0x10", 5)
_outbox = _gauge("wechat_outbox_overdue_seconds", "301+60x10", "300+0x10", 5)
_person = _gauge("wechat_person_waits_seconds", "1801+60x10", "1800+0x10", 5)
_batch = _gauge("api_oldest_batch_seconds", "1801+60x10", "1800+0x10", 5)
_heartbeat = _gauge('wechat_heartbeat_age_seconds{name="worker"}', "0+60x10", "180+0x10", 4)
_service = 'wechat_mode_age_seconds{account="default",switch="service"}'
_verification = 'wechat_mode_age_seconds{account="default",switch="verification"}'
_not_live = _gauge(_service, "0+60x70", "0+0x70", 61, _DEFAULT)
_lenient = _gauge(_verification, "0+60x70", "0+0x70", 31, _DEFAULT)
_silence = _gauge("wechat_silence_ratio", "0+0.5x10", "3+0x10", 7)
_backup = _gauge("wechat_backup_age_seconds", "93000+600x10", "86400+0x10", 2)
_disk = _gauge("wechat_disk_free_ratio", "0.149+0x20", "0.15+0x20", 12)
_certificate = _gauge("wechat_certificate_expiry_seconds", "1209600-60x10", "1209600+0x10", 2)
_down = _gauge('up{job="celestial_wechat"}', "0+0x10", "1+0x10", 3)

RULES: tuple[AlertRule, ...] = (
    AlertRule(
        id="signature-failures",
        alert="CelestialSignatureFailures",
        severity="page",
        title="签名失败过多",
        title_en="Too many wrong signatures",
        record=SIGNATURE_FAILURES,
        op=">",
        threshold=10,
        unit="count",
        firing=Scenario((('wechat_signature_failures_total{verification="strict"}', "0+3x20"),), 10),
        quiet=Scenario((('wechat_signature_failures_total{verification="strict"}', "0+2x20"),), 10),
    ),
    AlertRule(
        id="slow-callback",
        alert="CelestialSlowCallback",
        severity="page",
        title="回调 P95 延迟过高",
        title_en="The callback's P95 is too high",
        record=P95,
        op=">",
        threshold=1.5,
        unit="seconds",
        for_minutes=10,
        firing=Scenario(
            ((_BUCKET % "1.5", "0+5x30"), (_BUCKET % "2", "0+10x30"), (_BUCKET % "+Inf", "0+10x30")), 20
        ),
        quiet=Scenario(
            ((_BUCKET % "1", "0+9x30"), (_BUCKET % "1.5", "0+10x30"), (_BUCKET % "+Inf", "0+10x30")), 20
        ),
    ),
    AlertRule(
        id="duplicate-rate",
        alert="CelestialDuplicateRate",
        severity="ticket",
        title="重复消息比例过高",
        title_en="Too many duplicates",
        record=DUPLICATE_RATIO,
        op=">",
        threshold=0.3,
        unit="ratio",
        guard=(DELIVERIES, 50),
        firing=Scenario(
            (("wechat_duplicate_hits_total", "0+4x30"), (_POST % ("replied", ""), "0+10x30")), 15
        ),
        # Half are duplicates, but of 40 deliveries only.
        quiet=Scenario((("wechat_duplicate_hits_total", "0+2x30"), (_POST % ("replied", ""), "0+4x30")), 15),
    ),
    AlertRule(
        id="server-errors",
        alert="CelestialServerErrors",
        severity="page",
        title="5xx 响应过多",
        title_en="Too many 5xx answers",
        record=SERVER_ERRORS,
        op=">",
        threshold=3,
        unit="count",
        firing=Scenario(
            (
                ("wechat_server_errors_total", "0 0 0 0 2 3 3 3 3 3"),
                ("api_server_errors_total", "0 0 0 0 0 1 1 1 1 1"),
            ),
            6,
        ),
        quiet=Scenario(
            (("wechat_server_errors_total", "0 0 0 0 2 3 3 3 3 3"), ("api_server_errors_total", "0+0x9")), 9
        ),
    ),
    AlertRule(
        id="not-answered",
        alert="CelestialNotAnswered",
        severity="page",
        title="消息没有得到正常回答",
        title_en="Messages are not answered properly",
        record=UNANSWERED_RATIO,
        op=">",
        threshold=0.05,
        unit="ratio",
        for_minutes=10,
        guard=(DELIVERIES, 5),
        firing=Scenario(
            ((_POST % ("replied", ""), "0+9x40"), (_POST % ("failed", "engine_error"), "0+1x40")), 25
        ),
        quiet=Scenario(
            ((_POST % ("replied", ""), "0+19x40"), (_POST % ("failed", "engine_error"), "0+1x40")), 25
        ),
    ),
    AlertRule(
        id="replay-attack",
        alert="CelestialReplayAttack",
        severity="page",
        title="检测到请求重放",
        title_en="Requests are replayed",
        record=REPLAYS,
        op=">",
        threshold=0,
        unit="count",
        firing=Scenario(((_POST % ("rejected", "replayed_nonce"), "0 0 0 1 1 1 1"),), 4),
        quiet=Scenario(((_POST % ("rejected", "stale_timestamp"), "0 0 0 1 1 1 1"),), 4),
    ),
    AlertRule(
        id="oldest-pending",
        alert="CelestialOldestPending",
        severity="page",
        title="有消息长时间未回答",
        title_en="A message waits too long",
        record=OLDEST_PENDING,
        op=">",
        threshold=600,
        unit="seconds",
        firing=_pending[0],
        quiet=_pending[1],
    ),
    AlertRule(
        id="outbox-overdue",
        alert="CelestialOutboxOverdue",
        severity="ticket",
        title="客服消息没有按时发出",
        title_en="Customer messages are not sent in time",
        record=OUTBOX,
        op=">",
        threshold=300,
        unit="seconds",
        firing=_outbox[0],
        quiet=_outbox[1],
    ),
    AlertRule(
        id="person-waits",
        alert="CelestialPersonWaits",
        severity="ticket",
        title="有粉丝等人工很久",
        title_en="A follower waits long for a person",
        record=PERSON_WAITS,
        op=">",
        threshold=1800,
        unit="seconds",
        firing=_person[0],
        quiet=_person[1],
    ),
    AlertRule(
        id="batch-waiting",
        alert="CelestialBatchWaiting",
        severity="ticket",
        title="API 批量任务迟迟没有完成",
        title_en="A batch of the API waits too long",
        record=OLDEST_BATCH,
        op=">",
        threshold=1800,
        unit="seconds",
        firing=_batch[0],
        quiet=_batch[1],
    ),
    AlertRule(
        id="web-down",
        alert="CelestialWebDown",
        severity="page",
        title="Web 服务没有响应",
        title_en="The web service does not answer",
        record=TARGETS_DOWN,
        op=">",
        threshold=0,
        unit="count",
        for_minutes=2,
        firing=_down[0],
        quiet=_down[1],
    ),
    AlertRule(
        id="worker-heartbeat",
        alert="CelestialWorkerHeartbeat",
        severity="page",
        title="后台任务停止",
        title_en="Background work has stopped",
        record=HEARTBEAT,
        op=">",
        threshold=180,
        unit="seconds",
        firing=_heartbeat[0],
        quiet=_heartbeat[1],
    ),
    AlertRule(
        id="no-callback",
        alert="CelestialNoCallback",
        severity="ticket",
        title="很久没有收到微信消息",
        title_en="No message for long",
        record=SILENCE,
        op=">",
        threshold=3,
        unit="gaps",
        firing=_silence[0],
        quiet=_silence[1],
    ),
    AlertRule(
        id="not-live",
        alert="CelestialNotLive",
        severity="ticket",
        title="公众号长时间未处于正常服务模式",
        title_en="An account is not live for long",
        record=NOT_LIVE,
        op=">",
        threshold=3600,
        unit="seconds",
        firing=_not_live[0],
        quiet=_not_live[1],
    ),
    AlertRule(
        id="lenient-open",
        alert="CelestialLenientOpen",
        severity="ticket",
        title="宽松验签长时间开启",
        title_en="Lenient verification is open for long",
        record=LENIENT,
        op=">",
        threshold=1800,
        unit="seconds",
        firing=_lenient[0],
        quiet=_lenient[1],
    ),
    AlertRule(
        id="backup-age",
        alert="CelestialBackupAge",
        severity="ticket",
        title="备份过旧",
        title_en="The last backup is too old",
        record=BACKUP,
        op=">",
        threshold=93600,
        unit="seconds",
        firing=_backup[0],
        quiet=_backup[1],
    ),
    AlertRule(
        id="disk-space",
        alert="CelestialDiskSpace",
        severity="page",
        title="磁盘空间不足",
        title_en="The disk is nearly full",
        record=DISK,
        op="<",
        threshold=0.15,
        unit="ratio",
        for_minutes=10,
        firing=_disk[0],
        quiet=_disk[1],
    ),
    AlertRule(
        id="certificate-expiry",
        alert="CelestialCertificateExpiry",
        severity="ticket",
        title="HTTPS 证书即将到期",
        title_en="The certificate ends soon",
        record=CERTIFICATE,
        op="<",
        threshold=14 * 86400,
        unit="seconds",
        firing=_certificate[0],
        quiet=_certificate[1],
    ),
)
BY_ID = {rule.id: rule for rule in RULES}
# Shown on the dashboard as lines: the launch report's normal ranges, in the units of the charts.
NORMAL = {"signature_failure_ratio": 0.005, "p95_seconds": 1.0, "duplicate_ratio": 0.05, "wechat_limit": 5.0}


def records() -> tuple[Record, ...]:
    """Every recording rule once, in the order of the rules."""
    wanted = [record for rule in RULES for record in (rule.record, *((rule.guard[0],) if rule.guard else ()))]
    return tuple(dict.fromkeys(wanted))
