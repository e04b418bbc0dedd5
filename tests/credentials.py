"""The credentials of the tests' accounts; conftest fails a test that logs one of the secret ones."""

from __future__ import annotations

import base64

TOKEN = "tests_token_7f3a9c"
FORMER_TOKEN = "tests_former_token_b2"
AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
FORMER_AES_KEY = base64.b64encode(bytes(range(32, 64))).decode().rstrip("=")
APP_ID = "wx5823bf96d3bd56c7"
APP_SECRET = "tests_app_secret_91ce04"
ORIGINAL_ID = "gh_0123456789ab"
OPENID = "oTestsFollower_000000000001"
METRICS_TOKEN = "tests-metrics-token-51aa"
PASSWORD = "tests password 4471"

SECRETS = (TOKEN, FORMER_TOKEN, AES_KEY, FORMER_AES_KEY, APP_SECRET, METRICS_TOKEN, PASSWORD)
