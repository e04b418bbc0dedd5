"""The fault table as one run: gunicorn with two workers, Celery worker and beat, PostgreSQL, Redis, a local platform.

    python -m tests.wechat.fault_run      writes docs/faults.md

Each case is one follower's message. Cases that do not disturb each other run at once; what is restarted or stopped
for some comes after the others are done.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import credentials, services
from tests.platform_server import LocalPlatform, running_platform
from tests.platform_server.delivery import Exchange
from tests.processes import ROOT, Server, running_server

CUSTOM_SEND = "/cgi-bin/message/custom/send"
NOTICED, DECLARED = "2026年11月{}日农历几号", "2026年11月{}日黄历"
ASK_AGAIN = "好了吗"
SETTLED = ("sent", "unknown", "kept", "delivered", "refused", "failed")
TARGET = ROOT / "docs" / "faults.md"


@dataclass
class Case:
    """One message with its fault, and what came of it."""

    name: str
    title: str
    text: str
    openid: str
    exchange: Exchange | None = None
    second: Exchange | None = None
    computed: int = 0
    status: str = ""
    outgoing: list[str] = field(default_factory=list)
    chat: list[tuple[str, str]] = field(default_factory=list)

    @property
    def passive(self) -> str:
        """What the first message's reply showed."""
        return self.exchange.shown if self.exchange else ""

    @property
    def sent(self) -> list[str]:
        return [text for way, text in self.chat if way == "customer"]

    @property
    def seconds(self) -> float:
        """The longest callback."""
        tries = [*(self.exchange.tries if self.exchange else []), *(self.second.tries if self.second else [])]
        return max(attempt.seconds for attempt in tries)

    @property
    def tries(self) -> int:
        return len(self.exchange.tries) if self.exchange else 0


@dataclass
class House:
    """Everything that runs, and what can be done to it."""

    server: Server
    platform: LocalPlatform
    postgresql: services.PostgreSQL
    redis: services.Redis
    url: str
    celery: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(40))

    def start_celery(self) -> None:
        arguments = {
            "worker": ("worker", "--concurrency", "6", "--without-gossip", "--without-mingle"),
            "beat": ("beat", "--pidfile", ""),
        }
        for name, words in arguments.items():
            with (self.server.var / f"{name}.log").open("ab") as log:
                self.celery[name] = subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "celestial_site.celery", *words],
                    cwd=ROOT,
                    env=self.server.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def kill_celery(self) -> None:
        for process in self.celery.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def deliver(self, name: str, title: str, text: str) -> Case:
        """One follower's message on its way; its exchange is there when `wait` has returned."""
        case = self.cases[name] = Case(name, title, text, f"oFault_{name}")

        def run() -> None:
            case.exchange = self.platform.deliver(self.server.url, text, case.openid)

        self.pool.submit(run)
        return case

    def ask_again(self, case: Case) -> None:
        case.second = self.platform.deliver(self.server.url, ASK_AGAIN, case.openid)

    def lines(self, word: str, text: str) -> list[str]:
        """The computations of a question that started or ended, by their process."""
        log = self.server.var / "computations"
        system = "calendar" if "农历" in text else "almanac"
        day = text.partition("月")[2].partition("日")[0]
        found = log.read_text().splitlines() if log.exists() else []
        return [line.split()[3] for line in found if line.split()[:3] == [word, system, day]]

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"no {what} in {seconds} s"
            time.sleep(0.1)

    def settle(self, *cases: Case, seconds: float = 60) -> None:
        """Until each of these is answered, and what it sends has come to an end."""
        for case in cases:
            self.wait(lambda case=case: case.exchange is not None, f"answer to {case.name}")
            self.wait(lambda case=case: self._is_settled(case), f"end of {case.name}", seconds)

    def _is_settled(self, case: Case) -> bool:
        self.look(case)
        return case.status in ("replied", "failed") and all(state in SETTLED for state in case.outgoing)

    def look(self, case: Case) -> None:
        with psycopg.connect(self.url) as database:
            first = "SELECT id, status FROM wechat_message WHERE openid = %s ORDER BY received_at LIMIT 1"
            row = database.execute(first, [case.openid]).fetchone()
            case.status = row[1] if row else ""
            outgoing = "SELECT state FROM wechat_outboundmessage WHERE openid = %s ORDER BY id"
            case.outgoing = [state for (state,) in database.execute(outgoing, [case.openid])]
        case.chat = [(line.way, line.text) for line in self.platform.chat(case.openid)]

    def counted(self) -> int:
        """Messages that are stored."""
        with psycopg.connect(self.url) as database:
            query = "SELECT count(*) FROM wechat_message WHERE openid <> 'oFault_warm'"
            row = database.execute(query).fetchone()
            return row[0] if row else 0


@contextmanager
def house(folder: Path) -> Iterator[House]:
    with ExitStack() as stack:
        postgresql = stack.enter_context(services.postgresql(durable=True))
        url = stack.enter_context(services.database(postgresql.url))
        redis = stack.enter_context(services.redis_server())
        platform = stack.enter_context(running_platform())
        environment = {
            "DJANGO_SETTINGS_MODULE": "tests.slow.settings",
            "TESTS_SLOW_LOG": str(folder / "computations"),
            "WEB_THREADS": "16",
            "REDIS_URL": redis.url,
            "CELERY_BROKER_URL": redis.url.replace("/0", "/1"),
            "WECHAT_APPSECRET": credentials.APP_SECRET,
            "WECHAT_API_BASE": platform.url,
        }
        server = stack.enter_context(
            running_server(folder, workers=2, database_url=url, environment=environment)
        )
        found = House(server, platform, postgresql, redis, url)
        found.start_celery()
        stack.callback(found.kill_celery)
        # The first task tells that the worker is up.
        warm = found.deliver("warm", "", DECLARED.format(24))
        found.settle(warm)
        del found.cases["warm"]
        yield found


def healthy(house: House) -> list[Case]:
    """The engine is slow or raises; nothing else is wrong."""
    cases = [house.deliver("raises", "引擎抛出异常", NOTICED.format(13))]
    for day in (3, 7, 20):
        cases.append(house.deliver(f"noticed_{day}", f"引擎意外用了 {day} 秒", NOTICED.format(day)))
        cases.append(house.deliver(f"declared_{day}", f"声明为慢的系统用了 {day} 秒", DECLARED.format(day)))
    house.settle(*cases)
    for case in cases:
        case.computed = len(house.lines("start", case.text))
    return cases


PLATFORM_FAULTS = {
    "slow": ("平台收下消息，4 秒后才答复", {"slow": 4}),
    "reset": ("平台没收就重置连接", {"reset": True}),
    "lost": ("平台收下消息，连接被重置", {"lost": True}),
    "garbage": ("平台答复乱码", {"garbage": True}),
    "http_500": ("平台答复 HTTP 500", {"status": 500}),
    "busy": ("平台答复 -1", {"errcode": -1}),
    "token": ("平台答复 40001", {"errcode": 40001}),
    "window": ("平台答复 45015", {"errcode": 45015}),
    "quota": ("平台答复 45047", {"errcode": 45047}),
}


def platform_faults(house: House) -> None:
    """An answer is late, and its sending meets a fault of the platform."""
    before, cases = len(house.lines("start", NOTICED.format(7))), []
    for name, (title, fault) in PLATFORM_FAULTS.items():
        case = house.deliver(name, title, NOTICED.format(7))
        house.platform.fail(f"{CUSTOM_SEND} {case.openid}", **fault)
        cases.append(case)
    house.settle(*cases)
    each = (len(house.lines("start", NOTICED.format(7))) - before) / len(cases)
    for case in cases:
        case.computed = int(each)
        if case.outgoing == ["kept"]:
            house.ask_again(case)


def killed(house: House) -> None:
    """Processes are killed before, during and after the computation."""
    web = house.deliver("killed_web", "网页进程在计算中被杀", NOTICED.format(20))
    seen = len(house.lines("start", web.text))
    house.wait(lambda: len(house.lines("start", web.text)) > seen, "computation")
    os.kill(int(house.lines("start", web.text)[-1]), signal.SIGKILL)
    during = house.deliver("killed_during", "任务进程在计算中被杀", DECLARED.format(20))
    seen_during = len(house.lines("start", during.text))
    house.wait(lambda: len(house.lines("start", during.text)) > seen_during, "computation")
    house.kill_celery()
    before = house.deliver("killed_before", "任务进程在计算前被杀", DECLARED.format(3))
    seen_before = len(house.lines("start", before.text))
    house.wait(lambda: before.exchange is not None, "deadline")
    house.start_celery()
    house.settle(before, seconds=90)
    before.computed = len(house.lines("start", before.text)) - seen_before
    after = house.deliver("killed_after", "任务进程算完即被杀", DECLARED.format(7))
    seen_after, ended = len(house.lines("start", after.text)), len(house.lines("end", after.text))
    house.wait(lambda: len(house.lines("end", after.text)) > ended, "end of the computation")
    house.settle(during, web, seconds=90)
    house.kill_celery()
    house.start_celery()
    house.settle(after, seconds=90)
    during.computed = len(house.lines("start", during.text)) - seen_during
    web.computed = len(house.lines("start", web.text)) - seen
    after.computed = len(house.lines("start", after.text)) - seen_after


def broker_faults(house: House) -> None:
    """The broker is gone or hangs; Redis is stopped while an answer is being computed."""
    _with_broker(house, "broker_hung", "消息代理挂住", house.redis.hang, house.redis.resume)
    _with_broker(house, "broker_down", "消息代理和 Redis 停止", house.redis.stop, house.redis.start)


def _with_broker(
    house: House, name: str, title: str, break_it: Callable[[], None], mend: Callable[[], None]
) -> None:
    running = house.deliver(f"{name}_midway", f"{title}（计算途中）", NOTICED.format(7))
    seen = len(house.lines("start", running.text))
    house.wait(lambda: len(house.lines("start", running.text)) > seen, "computation")
    break_it()
    slow = house.deliver(name, title, DECLARED.format(3))
    seen_slow = len(house.lines("start", slow.text))
    house.wait(lambda: slow.exchange is not None, "answer without a broker")
    house.wait(lambda: running.exchange is not None, "answer without a broker")
    mend()
    house.settle(running, slow, seconds=90)
    running.computed = len(house.lines("start", running.text)) - seen
    slow.computed = len(house.lines("start", slow.text)) - seen_slow


def database_restarted(house: House) -> None:
    case = house.deliver("database", "计算途中数据库重启", NOTICED.format(7))
    seen = len(house.lines("start", case.text))
    house.wait(lambda: len(house.lines("start", case.text)) > seen, "computation")
    house.postgresql.stop("immediate")
    house.postgresql.start()
    house.settle(case, seconds=90)
    case.computed = len(house.lines("start", case.text)) - seen


def right_absent(house: House) -> None:
    """48001 is learned from the first answer; after that the placeholder, a restart, and the next message."""
    house.platform.may_send = False
    case = house.deliver("no_right_learned", "平台答复 48001", NOTICED.format(7))
    seen = len(house.lines("start", case.text))
    house.settle(case)
    house.ask_again(case)
    case.computed = len(house.lines("start", case.text)) - seen
    late = house.deliver("no_right", "没有客服消息权限，20 秒，算完后全部重启", DECLARED.format(20))
    seen = len(house.lines("start", late.text))
    house.settle(late)
    house.kill_celery()
    house.server.stop(signal.SIGKILL)
    house.server.start()
    house.ask_again(late)
    late.computed = len(house.lines("start", late.text)) - seen


def run(folder: Path) -> tuple[dict[str, Case], int]:
    """Every case, and how many messages the database holds in the end."""
    with house(folder) as running:
        for part in (healthy, platform_faults, broker_faults, killed, database_restarted, right_absent):
            start = time.monotonic()
            part(running)
            sys.stderr.write(f"{part.__name__}: {time.monotonic() - start:.0f} s\n")
        for case in running.cases.values():
            running.look(case)
        return running.cases, running.counted()


HEAD = """# 故障表 / Fault table

由一次运行生成 / Generated by one run: `.venv/bin/python -m tests.wechat.fault_run`
测试 / Tests: `tests/wechat/test_fault_table.py`

两个 gunicorn 进程、Celery worker 与 beat、PostgreSQL、Redis、本地平台，全部是真进程、真 HTTP。
“次数”是微信送达的次数，“最久”是最慢的一次回调，“计算”是引擎为这条消息算了几次：只有进程在计算中被杀才重算。

Real processes over real HTTP. Tries are WeChat's deliveries; the longest callback stays under 5 s; a computation is
repeated only when its process was killed.

| 故障 / Fault | 用户看到 / The user saw | 次数 / Tries | 最久 / Longest | 计算 / Computed | 主动发送 / Outgoing |
|---|---|---|---|---|---|
"""


def table(cases: dict[str, Case]) -> str:
    return HEAD + "".join(
        f"| {case.title} | {_saw(case)} | {case.tries} | {case.seconds:.1f} s | {case.computed} |"
        f" {'、'.join(case.outgoing) or '–'} |\n"
        for case in cases.values()
    )


def _saw(case: Case) -> str:
    ways = {"passive": "被动回复", "customer": "客服消息", "notice": "微信的故障提示"}
    shown = [f"{ways[way]}“{_short(text)}”" for way, text in case.chat if way in ways]
    return "；".join(shown) or "–"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:24]}…" if len(line) > 24 else line


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="celestial-faults-") as folder:
        cases, _stored = run(Path(folder))
    TARGET.write_text(table(cases))
    sys.stdout.write(table(cases))
    return 0


if __name__ == "__main__":
    sys.exit(main())
