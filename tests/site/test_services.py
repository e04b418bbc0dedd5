"""The tests' own services are real."""

from __future__ import annotations

import psycopg
import redis


def test_a_database_of_its_own_is_real_postgresql(postgresql_url):
    with psycopg.connect(postgresql_url) as connection:
        assert "PostgreSQL" in str(connection.execute("SELECT version()").fetchone())


def test_redis_is_real(redis_url):
    client = redis.from_url(redis_url)
    client.set("tests", "1", ex=5)
    assert client.get("tests") == b"1"
