"""The peer of the throughput budget: wechatpy and Flask with our duties, written fairly.

Verify, decrypt, commit the raw bytes before answering, count duplicates and give them the first reply, record
the answer. No framework for the database: sqlite3 itself, one connection a thread, the same pragmas as ours.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time

from flask import Flask, abort, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

TOKEN = os.environ["BENCH_TOKEN"]
ANSWER = os.environ["BENCH_ANSWER"]
DATABASE = os.environ["BENCH_DATABASE"]
crypto = WeChatCrypto(TOKEN, os.environ["BENCH_AES_KEY"], os.environ["BENCH_APP_ID"])
application = Flask(__name__)
local = threading.local()

TABLE = """CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, openid TEXT, msg_id TEXT, received REAL, raw BLOB, query TEXT, hits INTEGER, reply TEXT,
    UNIQUE (openid, msg_id))"""
CLAIM = """INSERT INTO message (openid, msg_id, received, raw, query, hits) VALUES (?, ?, ?, ?, ?, 1)
    ON CONFLICT (openid, msg_id) DO UPDATE SET hits = hits + 1 RETURNING id, hits, reply"""


def database() -> sqlite3.Connection:
    """The thread's connection, in autocommit: each statement is its own transaction."""
    if not hasattr(local, "database"):
        local.database = sqlite3.connect(DATABASE, timeout=2, isolation_level=None)
        local.database.execute("PRAGMA journal_mode=WAL")
        local.database.execute("PRAGMA synchronous=NORMAL")
    return local.database


database().execute(TABLE)


@application.post("/wechat")
def callback() -> str:
    query = request.args
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    encrypted = query.get("encrypt_type", "raw") != "raw"
    body = request.data
    try:
        check_signature(TOKEN, query.get("signature", ""), timestamp, nonce)
        if encrypted:
            body = crypto.decrypt_message(body, query.get("msg_signature", ""), timestamp, nonce)
    except InvalidSignatureException:
        abort(403)
    message = parse_message(body)
    row = (message.source, str(message.id), time.time(), request.data, request.query_string.decode())
    key, hits, reply = database().execute(CLAIM, row).fetchone()
    if hits > 1 and reply is not None:
        return str(reply)
    reply = create_reply(ANSWER, message).render()
    reply = crypto.encrypt_message(reply, nonce, timestamp) if encrypted else reply
    database().execute("UPDATE message SET reply = ? WHERE id = ?", (reply, key))
    return str(reply)
