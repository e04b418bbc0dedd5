"""docs/configuration.md says what the code reads: rows, variables and defaults agree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.site.test_imports import ROOT, tree_of

READERS = ("celestial_site/settings.py", "deploy/gunicorn.conf.py")
TESTS_ONLY = {"TEST_DATABASE_URL", "TEST_REDIS_URL"}
# The process's own, not a setting of ours.
NOT_OURS = {"TZ"}
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")


@dataclass
class Row:
    """One line of a table: the five cells."""

    name: str
    default: str
    chinese: str
    english: str
    example: str


def rows() -> list[Row]:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]
    return [
        Row(*[cell.strip("`") if n in (0, 1, 4) else cell for n, cell in enumerate(row)])
        for row in cells
        if row[0].startswith("`")
    ]


def reads() -> Iterator[tuple[str, ast.Call]]:
    """Calls whose first argument is a variable's name: readers of the environment, and `setdefault`."""
    for file in READERS:
        for node in ast.walk(tree_of(ROOT / file)):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            name = node.args[0].value
            reader = function.startswith("env_") or function in ("_tokens", "_aes_keys", "setdefault")
            if reader and isinstance(name, str) and VARIABLE.fullmatch(name) and name not in NOT_OURS:
                yield name, node


def test_every_variable_that_is_read_has_a_row():
    missing = {name for name, _call in reads()} - {row.name for row in rows()}
    assert not missing


def test_every_row_is_a_variable_that_is_read():
    unknown = {row.name for row in rows()} - {name for name, _call in reads()} - TESTS_ONLY
    assert not unknown


def test_no_variable_has_two_rows():
    names = [row.name for row in rows()]
    assert len(names) == len(set(names))


def test_every_row_is_in_chinese_and_english():
    assert not [row.name for row in rows() if not re.search("[一-鿿]", row.chinese)]
    assert not [row.name for row in rows() if re.search("[一-鿿]", row.english) or len(row.english) < 5]


def test_the_defaults_of_numbers_and_switches_are_the_code_s():
    documented = {row.name: row.default for row in rows()}
    for name, call in reads():
        default = call.args[1] if len(call.args) > 1 else None
        if isinstance(default, ast.Constant) and isinstance(default.value, int):
            assert documented[name] == str(int(default.value)), name


@pytest.mark.parametrize("name", ["WECHAT_TOKEN", "WECHAT_ENCODING_AES_KEY", "CELESTIAL_ENCRYPTION_KEYS"])
def test_no_example_is_a_usable_secret(name):
    example = next(row.example for row in rows() if row.name == name)
    assert re.search(r"openssl|my_|abcdefghij", example)


def test_every_system_check_has_a_test_that_names_its_id():
    defined = set(
        re.findall(r'"(celestial\.[EW]\d{3})"', (ROOT / "celestial_site" / "checks.py").read_text())
    )
    tested = (ROOT / "tests" / "site" / "test_checks.py").read_text()
    assert defined
    assert not {check_id for check_id in defined if check_id not in tested}
