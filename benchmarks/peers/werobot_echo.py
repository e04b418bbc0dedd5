"""WeRoBot verifies, decrypts and echoes, without its session store."""

from __future__ import annotations

import os

from werobot import WeRoBot

robot = WeRoBot(
    token=os.environ["BENCH_TOKEN"],
    encoding_aes_key=os.environ["BENCH_AES_KEY"],
    app_id=os.environ["BENCH_APP_ID"],
    enable_session=False,
)


@robot.text
def echo(message):  # type: ignore[no-untyped-def]
    return message.content


application = robot.wsgi
