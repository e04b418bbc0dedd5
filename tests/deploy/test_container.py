"""Dockerfile and compose file, read: no docker engine runs here. docs/LAUNCH_REPORT.md has the commands that build."""

from __future__ import annotations

import fnmatch
import re
import shlex

import pytest
import yaml

from tests.deploy.programs import DEPLOY, ROOT

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
APPLICATION = ("set-up", "wechat", "api", "worker", "beat")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def instructions(name: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    return [line.partition(" ")[2] for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_the_image_runs_as_a_numbered_user_and_has_a_health_check():
    assert instructions("USER") == ["10001:10001"]
    assert len(instructions("HEALTHCHECK")) == 1
    assert "/livez" in instructions("HEALTHCHECK")[0]


def test_base_images_have_a_version():
    assert all(":" in image and "latest" not in image for image in instructions("FROM"))


def test_the_program_of_the_health_check_is_python():
    program = re.search(r'"-c", "(.*)"\]', instructions("HEALTHCHECK")[0])
    assert program
    compile(program[1].replace('\\"', '"'), "healthcheck", "exec")


def test_everything_that_is_copied_is_here_and_let_through():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    let_through = [line[1:] for line in ignored if line.startswith("!")]
    sources = [
        word
        for line in instructions("COPY")
        if not line.startswith("--from")
        for word in shlex.split(line)[:-1]
    ]
    for source in sources:
        if source == ".":
            continue
        assert (ROOT / source).exists(), source
        assert any(fnmatch.fnmatch(source, f"{p}*") for p in let_through), source
    assert not [path for path in let_through if path in (".git", "var", ".venv", "tests")]


@pytest.mark.parametrize("name", APPLICATION)
def test_containers_of_the_application_can_t_write_or_gain_rights(compose, name):
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["environment"]["DATABASE_URL"].startswith("postgresql://")


def test_ports_are_published_on_loopback_alone(compose):
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_no_secret_stands_in_the_file(compose):
    pairs = [
        pair for service in compose["services"].values() for pair in service.get("environment", {}).items()
    ]
    secret = [value for name, value in pairs if re.search("PASSWORD|SECRET|TOKEN|KEY", name)]
    assert secret
    assert all(value.startswith("${") for value in secret)
    assert "celestial.env" in (DEPLOY / ".gitignore").read_text().splitlines()


def test_everything_waits_for_database_and_migrations(compose):
    services = compose["services"]
    assert services["set-up"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in APPLICATION[1:]:
        assert services[name]["depends_on"]["set-up"]["condition"] == "service_completed_successfully"
    for name in ("postgres", "redis"):
        assert services[name]["healthcheck"]["test"]


def test_the_programs_that_containers_run_are_here(compose):
    for name in ("wechat", "api"):
        (command,) = compose["services"][name]["command"]
        assert (ROOT / command).is_file()
