"""What the figures depend on, as one digest: the engine's computing sources and data, the suite, and every version.

Comments, docstrings and blank lines don't count, and files that only write text or readings are left out: a change
of wording leaves the figures standing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from tests.agreement.comparison import FOLDER

ROOT = FOLDER.parent.parent
# Not moment, zones and casting_moment, which change with every refusal and warning they word: the share of the
# comparisons that the test suite runs goes through them each time.
ENGINE = (
    *("cycles", "lunar", "solar_terms", "solar_time"),
    *("sky/eclipses", "sky/horizon", "sky/phases", "sky/planets", "sky/site"),
    *("systems/almanac", "systems/bazi_luck", "systems/bazi_pillars", "systems/calendar"),
    *("systems/hexagrams", "systems/hexagrams_cast", "systems/trigrams", "systems/liuyao_cast"),
    *("systems/liuyao_lines", "systems/meihua", "systems/qimen_ju", "systems/qimen_plate"),
    *("systems/xiaoliuren", "systems/ziwei_chart"),
)
COMPARISONS = ("books", "calendars", "comparison", "destiny", "hexagrams", "palaces", "plates", "sky")
DATA = ("predictions/data/eclipses.csv", "predictions/rules/zhouyi.yaml")
PACKAGES = ("tyme4py", "x-iztro", "astronomy-engine", "lunar_python", "bazi", "najia", "qimen-rs")


def digest() -> str:
    """The first 16 hex digits of SHA-256 over all of it."""
    total = sha256()
    for path in sorted(_files()):
        total.update(f"{path.relative_to(ROOT)}\n".encode())
        total.update(
            bare_source(path.read_text("utf-8")).encode() if path.suffix == ".py" else path.read_bytes()
        )
    for name in PACKAGES:
        total.update(f"{name} {version(name)}\n".encode())
    return total.hexdigest()[:16]


def _files() -> Iterator[Path]:
    yield from (ROOT / "predictions" / f"{name}.py" for name in ENGINE)
    yield from (ROOT / name for name in DATA)
    yield from (FOLDER / f"{name}.py" for name in COMPARISONS)
    yield from (path for path in FOLDER.rglob("*") if path.suffix in (".yaml", ".json", ".js"))


def bare_source(text: str) -> str:
    """Python source without docstrings, lines of comment, and blank lines."""
    described: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                described |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines = enumerate(text.splitlines(), start=1)
    kept = (line for number, line in lines if number not in described)
    return "\n".join(line for line in kept if line.strip() and not line.lstrip().startswith("#"))
