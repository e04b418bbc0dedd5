"""Fixtures that every test may use: an account, staff of every role, their clients, real services, ports."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests import credentials, services
from tests.leaks import LeakDetector, sent_texts

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from wechat.models import OfficialAccount

ROLES = ("owner", "operator", "viewer")
# What the migrations put into the groups; a test with real transactions empties the tables behind itself.
_GROUPS: dict[str, list[tuple[str, str]]] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches a database, directly or through a fixture: `make test` runs it on PostgreSQL too."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "redis_url"}:
            item.add_marker("database")


@pytest.fixture(autouse=True)
def no_secret_is_logged() -> Iterator[None]:
    """Every test fails that makes the product log a token, key or password, an OpenID, or what a follower wrote."""
    detector = LeakDetector()
    sent_texts.clear()
    root = logging.getLogger()
    root.addHandler(detector)
    yield
    root.removeHandler(detector)
    assert not detector.leaks, f"secrets in the log: {detector.leaks}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """pytest-django's own set-up, and a note of what the migrations put into the groups."""
    from django.contrib.auth.models import Group

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        for group in Group.objects.prefetch_related("permissions__content_type"):
            permissions = [(p.content_type.app_label, p.codename) for p in group.permissions.all()]
            _GROUPS[group.name] = permissions


@pytest.fixture
def account(db: None) -> OfficialAccount:
    """The default account with `tests.credentials`: compatible mode, every system enabled."""
    from predictions.registry import all_systems
    from wechat.models import OfficialAccount

    values = {
        "name": "测试号",
        "token": credentials.TOKEN,
        "aes_key": credentials.AES_KEY,
        "app_id": credentials.APP_ID,
        "encryption": "compatible",
        "systems": [system.id for system in all_systems()],
    }
    return OfficialAccount.objects.update_or_create(slug="default", defaults=values)[0]


def _staff(name: str, role: str | None) -> User:
    from django.contrib.auth.models import User

    user = User.objects.create_user(name, password=credentials.PASSWORD, is_staff=True)
    if role:
        user.groups.add(_group(role))
    return user


def _group(name: str):
    from django.contrib.auth.models import Group, Permission

    group, made = Group.objects.get_or_create(name=name)
    if made:
        assert name in _GROUPS, f"no migration makes the group {name}"
        for app_label, codename in _GROUPS[name]:
            group.permissions.add(
                Permission.objects.get(content_type__app_label=app_label, codename=codename)
            )
    return group


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(db: None) -> User:
    """Staff who may do everything in the console."""
    return _staff("owner", "owner")


@pytest.fixture
def operator(db: None) -> User:
    """Staff who run the account from day to day."""
    return _staff("operator", "operator")


@pytest.fixture
def viewer(db: None) -> User:
    """Staff who may look."""
    return _staff("viewer", "viewer")


@pytest.fixture
def stranger(db: None) -> User:
    """Staff in no group: may log in, nothing else."""
    return _staff("stranger", None)


@pytest.fixture
def owner_client(owner: User) -> Client:
    return _client(owner)


@pytest.fixture
def operator_client(operator: User) -> Client:
    return _client(operator)


@pytest.fixture
def viewer_client(viewer: User) -> Client:
    return _client(viewer)


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    return _client(stranger)


@pytest.fixture
def free_port() -> int:
    """A TCP port of loopback that nothing listens on."""
    return services.free_port()


@pytest.fixture(scope="session")
def _services() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def postgresql_server(_services: ExitStack) -> str:
    """The URL of a real PostgreSQL: TEST_DATABASE_URL, or a server started for this session."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    return given or _services.enter_context(services.postgresql()).url


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database."""
    with services.database(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(_services: ExitStack) -> str:
    """The URL of a real Redis: TEST_REDIS_URL, or a server started for this session."""
    given = os.environ.get("TEST_REDIS_URL", "")
    return given or _services.enter_context(services.redis_server()).url


@pytest.fixture
def var(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """An empty CELESTIAL_VAR for this test alone."""
    settings.CELESTIAL_VAR = tmp_path  # type: ignore[attr-defined]
    return tmp_path
