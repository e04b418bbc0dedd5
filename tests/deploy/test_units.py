"""The systemd units: complete, closed in, and nothing that systemd warns about."""

from __future__ import annotations

import os
import re
import shutil

import pytest

from tests.deploy.programs import DEPLOY, UNITS, needs, run

pytestmark = [pytest.mark.processes, needs("systemd-analyze")]

SERVICES = {"wechat_server", "celestial_api", "celestial_worker", "celestial_beat"}
NAMES = SERVICES | {"celestial_backup"}


def ours() -> list:
    return [unit for unit in UNITS if unit.stem in NAMES]


def test_all_services_and_the_backup_have_a_unit():
    assert {unit.stem for unit in ours()} == NAMES


@pytest.mark.parametrize("unit", ours(), ids=lambda path: path.stem)
def test_the_exposure_is_one_and_a_half_at_most(unit):
    judged = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    exposure = re.search(r"Overall exposure level for \S+ ([\d.]+)", judged.stdout)
    assert exposure, judged.stdout + judged.stderr
    assert float(exposure[1]) <= 1.5


@pytest.mark.parametrize("unit", ours(), ids=lambda path: path.stem)
def test_systemd_has_nothing_to_complain_about(unit, tmp_path):
    # What ExecStart names has to be there, so that this is about the unit and not about the machine.
    current = tmp_path / "opt/celestial/current"
    shutil.copytree(DEPLOY, current / "deploy", ignore=shutil.ignore_patterns("pip", "__pycache__"))
    (current / ".venv/bin").mkdir(parents=True)
    for name in ("python", "celery"):
        shutil.copy("/bin/true", current / ".venv/bin" / name)
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/celestial", str(tmp_path / "opt/celestial")))
    verified = run("systemd-analyze", "verify", "--man=no", copy)
    about_ours = [line for line in verified.stderr.splitlines() if unit.name in line or str(tmp_path) in line]
    assert verified.returncode == 0, verified.stderr
    assert not about_ours


@pytest.mark.parametrize("unit", ours(), ids=lambda path: path.stem)
def test_secrets_come_from_a_file_that_only_root_reads(unit):
    text = unit.read_text()
    assert "EnvironmentFile=/etc/celestial/celestial.env" in text
    plain = re.findall(r"^Environment=(.*)$", text, re.MULTILINE)
    assert not [line for line in plain if re.search("KEY|TOKEN|SECRET|PASSWORD", line)]


@pytest.mark.parametrize(
    "unit", [unit for unit in ours() if unit.stem in SERVICES], ids=lambda path: path.stem
)
def test_metrics_live_in_a_runtime_folder_of_the_service_s_own(unit):
    text = unit.read_text()
    folder = re.search(r"PROMETHEUS_MULTIPROC_DIR=/run/(\S+)", text)
    assert folder
    assert folder[1] in text.split("RuntimeDirectory=")[1].splitlines()[0].split()
    others = [other.read_text() for other in ours() if other != unit]
    assert not [other for other in others if f"/run/{folder[1]}" in other]


def test_every_path_in_a_unit_is_a_file_of_this_repository():
    for unit in ours():
        for path in re.findall(r"/opt/celestial/current/(deploy/\S+)", unit.read_text()):
            assert os.access(DEPLOY.parent / path, os.X_OK), f"{unit.name}: {path}"


def test_the_backup_runs_every_night_and_catches_up(tmp_path):
    timer = (DEPLOY / "celestial_backup.timer").read_text()
    assert "Persistent=true" in timer
    when = re.search(r"OnCalendar=(.*)", timer)
    assert when
    assert run("systemd-analyze", "calendar", when[1]).returncode == 0
