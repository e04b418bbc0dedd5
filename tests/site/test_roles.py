"""CELESTIAL_ROLE: what each of the two services of deploy/ serves, and what it doesn't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.processes import ROOT, clean_environment, running_server

pytestmark = pytest.mark.processes

EVERYWHERE = ["/livez", "/readyz"]
OF_WECHAT = ["/wechat_metrics", "/_debug_signature"]
OF_API = ["/api_metrics", "/privacy", "/api/v1/meta", "/admin/login/"]


@pytest.mark.parametrize(
    ("role", "served", "absent"), [("wechat", OF_WECHAT, OF_API), ("api", OF_API, OF_WECHAT)]
)
def test_a_role_serves_its_own_addresses_only(tmp_path, role, served, absent):
    environment = {"CELESTIAL_ROLE": role}
    with running_server(tmp_path / "var", workers=1, environment=environment, static=role == "api") as server:
        found = {path: httpx.get(server.url + path).status_code for path in EVERYWHERE + served + absent}
        callback = httpx.get(f"{server.url}/wechat").status_code
    assert {path for path, status in found.items() if status == 404} == set(absent)
    assert all(found[path] == 200 for path in EVERYWHERE)
    assert (callback == 404) is (role == "api")


@pytest.mark.parametrize("role", ["wechat", "api"])
def test_check_health_asks_a_role_for_its_own_pages(tmp_path, free_port, role):
    environment = {"CELESTIAL_ROLE": role, "WECHAT_PORT": str(free_port)}
    if role == "wechat":
        environment["BIND"] = f"127.0.0.1:{free_port}"
    with running_server(tmp_path / "var", workers=1, environment=environment) as server:
        result = server.manage("check_health")
        assert result.returncode == 0, result.stdout
        assert ("/api_metrics" in result.stdout) is (role == "api")


@pytest.mark.parametrize("role", ["all", "wechat", "api"])
def test_commands_run_in_every_role(tmp_path: Path, role: str) -> None:
    """A service's own environment is the one that its administrator has at hand."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=clean_environment(tmp_path) | {"CELESTIAL_ROLE": role},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
