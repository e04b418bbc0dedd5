"""The libraries that the engine is checked with, timed on the same days in the same process (iztro: one node process).

Each call gives about what our chart holds, without our warnings, trace and other charts; so a ratio says what those
cost, not who is better.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime

from bazi.bazi import Bazi
from bazi.school import BaziConfig
from lunar_python import Solar
from najia.najia import Najia
from qimen_rs import calculate
from x_iztro.astro import Astro

from benchmarks.environment import FOLDER

TO_THE_MINUTE = BaziConfig.from_values("minute", "celestial")
IZTRO = "iztro@2.6.1"
_NODE = """
const { astro } = require("iztro");
const times = [];
for (let number = 0; number < COUNT; number++) {
  const start = process.hrtime.bigint();
  astro.bySolar(`${1950 + number % 100}-5-${1 + number % 28}`, 4, "男", true, "zh-CN");
  times.push(Number(process.hrtime.bigint() - start) / 1e6);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify(times[Math.floor(times.length / 2)]));
"""


def _day(number: int) -> tuple[int, int, int]:
    return 1950 + number % 100, 5, 1 + number % 28


def _lunar_date(number: int) -> object:
    return Solar.fromYmd(*_day(number)).getLunar().toFullString()


def _pillars(number: int) -> object:
    return Solar.fromYmdHms(*_day(number), 8, 0, 0).getLunar().getEightChar().toString()


def _bazi(number: int) -> object:
    return Bazi.create(datetime(*_day(number), 8), "male", TO_THE_MINUTE).pillars


def _x_iztro(number: int) -> object:
    year, month, day = _day(number)
    return Astro().by_solar(f"{year}-{month}-{day}", 4, "male").to_dict()


def _najia(number: int) -> object:
    lines = [number >> place & 1 for place in range(6)]
    return Najia(0).compile(params=lines, date="2026-11-24 10:30").data


def _qimen(number: int) -> object:
    year, month, day = _day(number)
    return calculate({"year": year, "month": month, "day": day, "hour": 10, "minute": 30})


# What of ours it stands beside, whose, and the call.
PEERS: tuple[tuple[str, str, Callable[[int], object]], ...] = (
    ("almanac", "lunar_python: the whole day as text", _lunar_date),
    ("bazi", "lunar_python: four pillars", _pillars),
    ("bazi", "bazi: four pillars", _bazi),
    ("ziwei", "x-iztro: whole chart", _x_iztro),
    ("liuyao", "najia: one cast", _najia),
    ("qimen", "qimen-rs: one plate", _qimen),
)


def iztro(count: int) -> float | None:
    """Median milliseconds of a chart by iztro in node; None where there is no node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    folder = FOLDER / "node"
    if not (folder / "node_modules" / "iztro").exists():
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, IZTRO], check=True)
    script = _NODE.replace("COUNT", str(count))
    made = subprocess.run(["node", "-e", script], cwd=folder, check=True, capture_output=True, text=True)
    return float(json.loads(made.stdout))
