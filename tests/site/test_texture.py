"""The texture of the code: sizes of files and functions, names of files, no silent except."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.test_imports import APPS, ROOT, sources, tree_of

MAX_FILE, MAX_FUNCTION, P90_FUNCTION = 400, 60, 32
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "services.py", "managers.py", "misc.py"}


def product_files() -> list[Path]:
    files = [path for app in APPS for path in sources(app) if "migrations" not in path.parts]
    return [*files, *sources("deploy")]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_file_is_longer_than_400_lines():
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in product_files()}
    assert not {name: length for name, length in lengths.items() if length > MAX_FILE}


def test_no_function_is_longer_than_60_lines_and_nine_of_ten_are_short():
    lengths = dict(pair for path in product_files() for pair in functions(path))
    assert not {name: length for name, length in lengths.items() if length > MAX_FUNCTION}
    ordered = sorted(lengths.values())
    assert ordered[len(ordered) * 9 // 10] <= P90_FUNCTION


def test_files_are_named_by_nouns_of_the_field():
    assert not [path for path in product_files() if path.name in FORBIDDEN_NAMES]


@pytest.mark.parametrize("app", APPS)
def test_no_except_catches_everything_or_keeps_silent(app):
    wrong = []
    for path in sources(app):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler):
                bare = node.type is None
                silent = all(isinstance(statement, ast.Pass) for statement in node.body)
                if bare or silent:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_every_source_file_starts_with_what_it_is_for():
    files = [path for path in product_files() if path.read_text().strip()]
    assert not [str(path.relative_to(ROOT)) for path in files if not ast.get_docstring(tree_of(path))]
