"""nginx with the site of deploy/nginx/ on free ports, and both services behind it, started by their own scripts."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import credentials
from tests.deploy.programs import DEPLOY, find, run
from tests.processes import prepare_server
from tests.services import free_port

# As root, nginx would give its workers to another user, whom the tests' folders are closed to.
NGINX_CONF = (
    ("user root;" if os.geteuid() == 0 else "")
    + """
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    include {folder}/site.conf;
}}
"""
)


@dataclass
class Gateway:
    """Where everything listens; `environment` is what the services run in."""

    folder: Path
    environment: dict[str, str]
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def https(self) -> str:
        return f"https://localhost:{self.ports['HTTPS']}"

    @property
    def http(self) -> str:
        return f"http://localhost:{self.ports['HTTP']}"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def fetch(self, url: str, body: bytes | None = None, method: str | None = None, **headers: str):
        """(status, headers, body); errors of HTTP are answers too."""
        handlers = [
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=self.trust),
            NoRedirect(),
        ]
        request = urllib.request.Request(url, data=body, method=method, headers=headers)
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=30) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def script(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A script of deploy/ in the environment of the services, trusting the certificate."""
        environment = self.environment | {"SSL_CERT_FILE": str(self.certificate)}
        return run(DEPLOY / name, *arguments, environment=environment)

    def access_log(self) -> str:
        return (self.folder / "celestial.access.log").read_text()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def make_certificate(folder: Path) -> None:
    made = run(
        *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
        *("-addext", "subjectAltName=DNS:localhost"),
        *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
    )
    assert made.returncode == 0, made.stderr


def site(gateway: Gateway, kind: str) -> str:
    """The rendered site, with the ports and files of the test."""
    values = gateway.environment | {
        "NGINX_HTTP_PORT": str(gateway.ports["HTTP"]),
        "NGINX_HTTPS_PORT": str(gateway.ports["HTTPS"]),
        "TLS_CERTIFICATE": str(gateway.certificate),
        "TLS_KEY": str(gateway.folder / "key.pem"),
        "ACME_ROOT": str(gateway.folder / "acme"),
        "NGINX_LOGS": str(gateway.folder),
    }
    made = run(DEPLOY / "render_nginx.sh", kind, "localhost", environment=values)
    assert made.returncode == 0, made.stderr
    return made.stdout


def new_gateway(folder: Path) -> Gateway:
    """Ports, a migrated database and a certificate; nothing runs yet."""
    folder.mkdir(parents=True, exist_ok=True)
    server = prepare_server(folder / "var", workers=2)
    collected = server.manage("collectstatic", "--noinput", "-v", "0")
    assert collected.returncode == 0, collected.stderr
    for name in ("API_PORT", "PROMETHEUS_MULTIPROC_DIR", "BIND"):
        server.environment.pop(name, None)
    ports = {name: free_port() for name in ("HTTP", "HTTPS", "WECHAT", "API")}
    server.environment |= {f"{name}_PORT": str(ports[name]) for name in ("WECHAT", "API")}
    server.environment |= {
        "DJANGO_ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CELESTIAL_ENV_FILE": str(folder / "none.env"),
    }
    (folder / "none.env").touch()
    make_certificate(folder)
    (folder / "acme").mkdir()
    return Gateway(folder, server.environment, ports)


@contextmanager
def running_gateway(folder: Path, kind: str = "https") -> Iterator[Gateway]:
    gateway = new_gateway(folder)
    with ExitStack() as stack:
        for role in ("wechat", "api"):
            stack.enter_context(service(gateway, role))
        stack.enter_context(nginx(gateway, kind))
        yield gateway


@contextmanager
def service(gateway: Gateway, role: str) -> Iterator[subprocess.Popen[bytes]]:
    """start_<role>_gunicorn.sh, until it answers /livez."""
    script = DEPLOY / f"start_{role}_gunicorn.sh"
    with started([str(script)], gateway.environment, gateway.folder / f"{role}.log") as process:
        url = f"http://127.0.0.1:{gateway.ports[role.upper()]}/livez"
        wait_until(lambda: answers(url), gateway.folder / f"{role}.log")
        yield process


@contextmanager
def nginx(gateway: Gateway, kind: str) -> Iterator[subprocess.Popen[bytes]]:
    (gateway.folder / "site.conf").write_text(site(gateway, kind))
    configuration = gateway.folder / "nginx.conf"
    configuration.write_text(NGINX_CONF.format(folder=gateway.folder))
    command = [
        find("nginx") or "nginx",
        "-p",
        str(gateway.folder),
        "-c",
        str(configuration),
        "-g",
        "daemon off;",
    ]
    with started(command, gateway.environment, gateway.folder / "nginx.out") as process:
        wait_until(lambda: (gateway.folder / "nginx.pid").exists(), gateway.folder / "nginx.out")
        yield process


@contextmanager
def started(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is told to end, and waited for, when the block ends."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], log: Path, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-3000:]
        time.sleep(0.05)


def token() -> str:
    return credentials.TOKEN


def may_run_nginx() -> bool:
    return os.geteuid() == 0 and shutil.which("openssl") is not None
