"""docs/LAUNCH_REPORT.md and the operations guides name only what is here; every line has its command."""

from __future__ import annotations

import re

import pytest

from tests.deploy.programs import DEPLOY, ROOT

REPORT = (ROOT / "docs/LAUNCH_REPORT.md").read_text(encoding="utf-8")
GUIDES = ("LAUNCH_REPORT.md", "OPERATIONS_GUIDE.md", "OPERATIONS_GUIDE.en.md")
# Sections whose tables say how to see that a line is true.
PROVED = ("1.", "2.", "4.", "5.", "6.", "9.")


def text(guide: str) -> str:
    return (ROOT / "docs" / guide).read_text(encoding="utf-8")


def section(number: str) -> str:
    return next(part for part in REPORT.split("\n## ") if part.startswith(number))


def rows(part: str) -> list[list[str]]:
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines[2:]]


@pytest.mark.parametrize("number", PROVED)
def test_every_line_of_the_report_has_a_command_or_a_page(number):
    table = rows(section(number))
    assert table
    assert not [row for row in table if not re.search(r"`[^`]+`|\]\(|同上|导入", " ".join(row[1:]))]


@pytest.mark.parametrize("guide", GUIDES)
def test_scripts_that_are_named_exist(guide):
    named = set(
        re.findall(r"(?:\$D|(?<!tests/)deploy)/([A-Za-z_]+\.(?:sh|py|service|yml|json))\b", text(guide))
    )
    assert named
    assert not {name for name in named if not (DEPLOY / name).exists()}


@pytest.mark.parametrize("guide", GUIDES)
def test_tests_that_are_named_exist(guide):
    for path, _k, words in re.findall(r"pytest (tests/\S+?\.py)(?: -k (\"?)([\w]+))?", text(guide)):
        source = (ROOT / path).read_text()
        assert not words or re.search(rf"def test_\w*{words}", source), f"{path} -k {words}"


@pytest.mark.parametrize("guide", GUIDES)
def test_management_commands_that_are_named_exist(guide):
    named = set(re.findall(r"`[^`\n]*manage\.(?:sh|py) ([a-z_]+)[^`\n]*`", text(guide)))
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    assert not named - ours - {"check", "shell", "changepassword"}


@pytest.mark.parametrize("guide", GUIDES)
def test_links_lead_somewhere(guide):
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text(guide))]
    assert not [target for target in targets if target and not (ROOT / "docs" / target).exists()]


def test_both_languages_of_the_guide_have_the_same_sections():
    chinese, english = (re.findall(r"^##+ ", text(guide), re.MULTILINE) for guide in GUIDES[1:])
    assert chinese == english
    assert "## 告警处置 / Alert runbooks" in text(GUIDES[1])
    assert "## 告警处置 / Alert runbooks" in text(GUIDES[2])


def test_every_file_of_the_old_system_has_its_place():
    old = set(
        re.findall(
            r"`([\w/]+\.(?:py|sh|service|yml|json|txt|md))`", " ".join(r[0] for r in rows(section("10.")))
        )
    )
    assert {"wechat_server.py", "wechat_crypto.py", "celestial_nexus/api.py", "OPERATIONS_GUIDE.md"} <= old
    for place in re.findall(r"`((?:wechat|predictions|deploy|docs|tests)/[\w./]+)`", section("10.")):
        assert (ROOT / place).exists(), place
