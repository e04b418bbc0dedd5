"""ops_dashboard.alertmanager: the documented payload, who may send it, and Debian's Alertmanager itself."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from django.utils import timezone

from ops_dashboard.alertmanager import MOST, REMIND, read, take
from ops_dashboard.models import AlertEvent, AlertNotice, Silence
from tests import credentials
from tests.deploy.programs import needs
from tests.ops_dashboard.conftest import URLS
from tests.ops_dashboard.robot_server import SECRET, robot_server
from tests.processes import answers, running_server
from tests.services import free_port
from tests.site.test_imports import ROOT

EXAMPLE = ROOT / "deploy" / "prometheus" / "alertmanager_example.yml"


def alert(status: str = "firing", **labels: str) -> dict:
    """One alert as Alertmanager sends it for our rules."""
    ours = {"alertname": "CelestialSlowCallback", "rule": "slow-callback", "severity": "page"}
    return {
        "status": status,
        "labels": ours | labels,
        "annotations": {
            "summary": "回调 P95 延迟过高：1.9s",
            "description": "The callback's P95 is too high: 1.9s (threshold > 1.5 seconds)",
            "runbook_url": "docs/RUNBOOKS.md#slow-callback",
        },
        "startsAt": "2026-11-24T08:00:00.000Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus:9091/graph",
        "fingerprint": "c3b7ee1c3d9fbd4d",
    }


FOREIGN = {
    "status": "firing",
    "labels": {"alertname": "NodeDown", "instance": "db1:9100", "severity": "page"},
    "annotations": {"summary": "db1 is down", "description": "no answer for 5 minutes"},
}


def payload(*alerts: dict) -> bytes:
    """The documented body, version 4."""
    document = {"version": "4", "groupKey": "{}", "truncatedAlerts": 0, "status": "firing", "receiver": "x"}
    document |= {"groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://a"}
    return json.dumps(document | {"alerts": list(alerts)}).encode()


@pytest.fixture
def post(client) -> Callable[..., tuple[int, dict]]:
    def send(body: bytes, kind: str = "application/json", **headers: str) -> tuple[int, dict]:
        answer = client.post("/ops/alertmanager", body, content_type=kind, **headers)
        return answer.status_code, answer.json() if answer.content[:1] == b"{" else {}

    return send


@pytest.mark.django_db
def test_an_alert_reaches_every_robot_at_once_and_so_does_its_end(post, channel, robot):
    for kind in URLS:
        channel(kind)
    assert post(payload(alert())) == (200, {"alerts": 1, "events": 1, "sent": 3})
    assert robot.titles() == ["【告警】 回调 P95 延迟过高"] * 3
    texts = [str(body) for _kind, body in robot.received]
    assert all("1.9s" in text for text in texts)
    assert all("runbook" in text.lower() or "处置" in text or "slow-callback" in text for text in texts)
    assert post(payload(alert("resolved")))[1] == {"alerts": 1, "events": 1, "sent": 3}
    assert robot.titles()[3:] == ["【恢复】 回调 P95 延迟过高"] * 3
    assert robot.problems == []


@pytest.mark.django_db
def test_an_alert_of_somebody_else_is_told_in_its_own_words(post, channel, robot):
    channel("feishu")
    assert post(payload(FOREIGN))[0] == 200
    text = robot.received[0][1]["content"]["text"]
    assert text.splitlines()[0] == "【告警】 db1 is down"
    assert "no answer for 5 minutes" in text
    assert "db1:9100" in text


@pytest.mark.django_db
def test_many_alerts_of_one_delivery_are_one_digest(post, channel, robot):
    channel("wecom")
    assert post(payload(*[alert(account=f"a{number}") for number in range(6)], FOREIGN))[1]["sent"] == 7
    assert len(robot.received) == 1
    content = robot.received[0][1]["markdown"]["content"]
    assert "db1 is down" in content
    assert "a5" in content


@pytest.mark.django_db
def test_the_severity_of_the_label_decides_who_is_told(post, channel, robot):
    channel("wecom", least="page")
    channel("feishu", least="ticket")
    assert post(payload(alert(severity="ticket")))[1]["sent"] == 1
    assert [kind for kind, _body in robot.received] == ["feishu"]


@pytest.mark.django_db
def test_a_delivery_that_is_tried_again_tells_nobody_twice(channel):
    channel("wecom")
    now = timezone.now()
    firing, over = (read(payload(alert(status)))[0] for status in ("firing", "resolved"))
    steps = [(firing, 0), (firing, 5), (firing, 61), (over, 62), (over, 63), (firing, 64)]
    kinds = [
        event.kind if event else None
        for event in (take(one, now + timedelta(minutes=minutes)) for one, minutes in steps)
    ]
    assert timedelta(minutes=61) > REMIND
    assert kinds == ["firing", None, "reminder", "resolved", None, "firing"]
    assert AlertNotice.objects.count() == 4
    assert take(read(payload(alert("resolved", account="b")))[0], now) is None, "nobody knew of it"


@pytest.mark.django_db
def test_a_silence_of_the_console_holds_here_too(channel):
    channel("wecom")
    now = timezone.now()
    Silence.objects.create(rule="", starts=now, until=now + timedelta(minutes=10), reason="x", by="x")
    firing, over = (read(payload(alert(status)))[0] for status in ("firing", "resolved"))
    assert take(firing, now).silenced
    assert take(over, now + timedelta(minutes=11)).kind == "resolved"
    assert AlertNotice.objects.count() == 0, "what was never told is not told to be over"


@pytest.mark.django_db
def test_what_began_in_a_silence_is_told_when_the_silence_is_over(channel):
    channel("wecom")
    now = timezone.now()
    Silence.objects.create(rule="", starts=now, until=now + timedelta(minutes=10), reason="x", by="x")
    firing = read(payload(alert()))[0]
    take(firing, now)
    assert take(firing, now + timedelta(minutes=9)) is None
    assert take(firing, now + timedelta(minutes=11)).kind == "reminder"
    assert AlertNotice.objects.count() == 1


BAD = [
    (b"not json", 400),
    (b"[]", 400),
    (b'{"alerts": {}}', 400),
    (b'{"alerts": [1]}', 400),
    (payload({"status": "odd", "labels": {"alertname": "x"}}), 400),
    (payload({"status": "firing", "labels": {}}), 400),
    (payload({"status": "firing", "labels": {"alertname": 5}}), 400),
    (payload({"status": "firing", "labels": {"alertname": "x"}, "annotations": ["x"]}), 400),
    (payload(*[FOREIGN] * (MOST + 1)), 400),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "status"), BAD)
def test_what_alertmanager_does_not_send_is_refused_and_changes_nothing(body, status, post):
    found, answer = post(body)
    assert found == status
    assert answer["error"]
    assert not AlertEvent.objects.exists()


@pytest.mark.django_db
def test_over_long_texts_are_cut(post):
    long = {"alertname": "n" * 200, "instance": "i" * 200}
    assert (
        post(payload({"status": "firing", "labels": long, "annotations": {"summary": "s" * 9000}}))[0] == 200
    )
    event = AlertEvent.objects.get()
    assert (len(event.rule), len(event.subject), len(event.detail)) == (40, 40, 4000)


@pytest.mark.django_db
def test_only_this_machine_and_the_token_may_send(post, client, settings):
    settings.METRICS_TOKEN = credentials.METRICS_TOKEN
    through_proxy = {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}
    token = {"HTTP_AUTHORIZATION": f"Bearer {credentials.METRICS_TOKEN}"}
    assert post(payload(alert()))[0] == 200
    assert post(payload(alert()), **through_proxy)[0] == 404
    assert post(payload(alert()), **through_proxy, HTTP_AUTHORIZATION="Bearer wrong")[0] == 404
    assert post(payload(alert()), **through_proxy, **token)[0] == 200
    assert post(payload(alert()), kind="text/plain")[0] == 415, "what a form of a strange page can send"
    assert client.get("/ops/alertmanager").status_code == 405


@pytest.mark.django_db
def test_the_built_in_evaluator_records_and_tells_nobody_where_alertmanager_does(
    settings, channel, minutes, now
):
    from ops_dashboard.evaluator import evaluate

    settings.CELESTIAL_BUILTIN_ALERTS = False
    channel("wecom")
    minutes(5, refusals={"bad_signature": 9})
    assert [event.kind for event in evaluate(now)] == ["firing"]
    evaluate(now + timedelta(hours=9))
    assert AlertNotice.objects.count() == 0


@needs("amtool")
def test_amtool_accepts_the_example():
    done = subprocess.run(
        ["amtool", "check-config", str(EXAMPLE)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def alertmanager(folder: Path, url: str) -> Iterator[str]:
    """Debian's Alertmanager with the example's webhook and route, its waits shortened, pointed at `url`."""
    config = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    del config["global"], config["route"]["routes"]
    config["route"] |= {
        "receiver": "on-call",
        "group_wait": "1s",
        "group_interval": "1s",
        "repeat_interval": "1h",
    }
    on_call = next(one for one in config["receivers"] if one["name"] == "on-call")
    del on_call["email_configs"]
    on_call["webhook_configs"][0]["url"] = f"{url}/ops/alertmanager"
    config["receivers"] = [on_call]
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    words = [
        shutil.which("prometheus-alertmanager") or "prometheus-alertmanager",
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={folder}/data",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        until(lambda: answers(f"http://{address}/-/ready"), folder / "log")
        yield f"http://{address}/api/v2/alerts"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def until(condition: Callable[[], bool], log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.2)


SET_UP = f"""
from ops_dashboard.models import AlertChannel
for kind, url in {URLS!r}.items():
    AlertChannel.objects.create(name=kind, kind=kind, url=url, secret={SECRET!r})
"""


@pytest.mark.processes
@needs("prometheus-alertmanager")
def test_debian_s_alertmanager_reaches_the_robots_through_real_workers(tmp_path: Path):
    role = {"CELESTIAL_ROLE": "api"}
    with robot_server() as robot:
        environment = role | {"CELESTIAL_ROBOT_BASE": robot.base}
        with (
            running_server(tmp_path / "var", workers=2, environment=environment) as server,
            alertmanager(tmp_path / "a", server.url) as api,
        ):
            assert server.manage("shell", "--no-imports", "-c", SET_UP).returncode == 0
            one = {key: value for key, value in alert().items() if key in ("labels", "annotations")}
            log = tmp_path / "a" / "log"
            assert httpx.post(api, json=[one], trust_env=False).status_code == 200
            until(lambda: len(robot.received) == 3, log)
            ended = one | {"endsAt": datetime.now(UTC).isoformat()}
            assert httpx.post(api, json=[ended], trust_env=False).status_code == 200
            until(lambda: len(robot.received) == 6, log)
    assert robot.problems == []
    assert set(robot.titles()[:3]) == {"【告警】 回调 P95 延迟过高"}
    assert set(robot.titles()[3:]) == {"【恢复】 回调 P95 延迟过高"}
