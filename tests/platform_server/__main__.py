"""The local platform as a process of its own, for `make run PLATFORM=local`.

`python -m tests.platform_server --port 8001 --gateway http://127.0.0.1:8000`; the account's secrets come in PLATFORM_*
variables, never in arguments, which every user of the machine can read.
"""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from types import FrameType

from tests.platform_server.platform import LocalPlatform, server_of

# PLATFORM_TOKEN and so on.
STATE = {
    "TOKEN": "callback_token",
    "AES_KEY": "aes_key",
    "APP_ID": "app_id",
    "APP_SECRET": "app_secret",
    "ORIGINAL_ID": "original_id",
    "STYLE": "style",
}


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.platform_server", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="of 127.0.0.1")
    parser.add_argument("--gateway", required=True, help="the gateway's address, without the callback's path")
    arguments = parser.parse_args()
    given = {member: os.environ[f"PLATFORM_{name}"] for name, member in STATE.items()}
    platform = LocalPlatform(**given, gateway=arguments.gateway, callback_url=arguments.gateway)
    server = server_of(platform, arguments.port)
    print(f"The local platform serves at {platform.url}", flush=True)
    signal.signal(signal.SIGTERM, _end)
    server.serve_forever()


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
