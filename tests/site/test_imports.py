"""The direction of imports, and that pure cores stay pure, read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("celestial_site", "wechat", "predictions", "ops_dashboard")
ALLOWED = {
    "celestial_site": {"celestial_site"},
    "predictions": {"predictions", "celestial_site"},
    "wechat": {"wechat", "predictions", "celestial_site"},
    "ops_dashboard": {"ops_dashboard", "wechat", "predictions", "celestial_site"},
}
# What assembles the apps knows them all.
ASSEMBLY = {
    "celestial_site/urls.py",
    "celestial_site/wsgi.py",
    "celestial_site/settings.py",
    "celestial_site/pages.py",
    "celestial_site/first_run.py",
    "celestial_site/local_platform.py",
}
PURE = [
    "wechat/crypto.py",
    "wechat/xml.py",
    "wechat/incoming.py",
    "wechat/markup.py",
    "wechat/policy.py",
    "wechat/replies.py",
    "predictions/types.py",
    "predictions/moment.py",
    "predictions/registry.py",
    "predictions/engine.py",
    "predictions/cycles.py",
    "predictions/day_officers.py",
    "predictions/lunar.py",
    "predictions/schemas.py",
    "predictions/systems",
    "predictions/drawings",
    "predictions/language",
]
IMPURE_MODULES = {
    "django",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "requests",
    "urllib",
    "celestial_site",
}
CLOCKS = {
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "monotonic"),
    ("time", "perf_counter"),
    ("time", "sleep"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("os", "urandom"),
    ("uuid", "uuid4"),
    ("uuid", "uuid1"),
}


def sources(folder: str) -> list[Path]:
    path = ROOT / folder
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that their direction can be read"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_what_lies_below_it(app):
    wrong = []
    for path in sources(app):
        name = path.relative_to(ROOT).as_posix()
        if name in ASSEMBLY or name.startswith("celestial_site/management/"):
            continue
        tops = {module.split(".")[0] for module in imported(tree_of(path))}
        wrong += [f"{name} imports {top}" for top in tops & set(APPS) - ALLOWED[app]]
    assert not wrong


def test_nothing_but_the_assembly_imports_ops_dashboard():
    wrong = []
    for app in ("celestial_site", "wechat", "predictions"):
        for path in sources(app):
            name = path.relative_to(ROOT).as_posix()
            tops = {module.split(".")[0] for module in imported(tree_of(path))}
            if "ops_dashboard" in tops and name != "celestial_site/urls.py":
                wrong.append(name)
    assert not wrong


@pytest.mark.parametrize("folder", PURE)
def test_a_pure_core_knows_no_django_no_clock_and_no_chance(folder):
    wrong = []
    for path in sources(folder):
        tree = tree_of(path)
        name = path.relative_to(ROOT).as_posix()
        modules = set(imported(tree))
        wrong += [f"{name} imports {module}" for module in modules if module.split(".")[0] in IMPURE_MODULES]
        wrong += [f"{name} imports {module}" for module in modules if tuple(module.split(".")) in CLOCKS]
        wrong += [f"{name}:{line} calls {call}" for line, call in impure_calls(tree)]
    # Standard library's string splitting of URLs reads nothing.
    assert not [found for found in wrong if "urllib.parse" not in found]


def impure_calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        last = (
            owner.attr
            if isinstance(owner, ast.Attribute)
            else owner.id
            if isinstance(owner, ast.Name)
            else ""
        )
        if (last, node.func.attr) in CLOCKS:
            yield node.lineno, f"{last}.{node.func.attr}"
