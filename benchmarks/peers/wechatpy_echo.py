"""The peer of the CPU budget: wechatpy and Flask verify, decrypt and echo, as wechatpy's documentation shows."""

from __future__ import annotations

import os

from flask import Flask, abort, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

TOKEN = os.environ["BENCH_TOKEN"]
# Once, although the documentation makes it anew for each request: the peer gets every advantage.
crypto = WeChatCrypto(TOKEN, os.environ["BENCH_AES_KEY"], os.environ["BENCH_APP_ID"])
application = Flask(__name__)


@application.post("/wechat")
def callback() -> str:
    query = request.args
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    try:
        check_signature(TOKEN, query.get("signature", ""), timestamp, nonce)
        if query.get("encrypt_type", "raw") == "raw":
            message = parse_message(request.data)
            return str(create_reply(message.content, message).render())
        body = crypto.decrypt_message(request.data, query.get("msg_signature", ""), timestamp, nonce)
    except InvalidSignatureException:
        abort(403)
    message = parse_message(body)
    return str(crypto.encrypt_message(create_reply(message.content, message).render(), nonce, timestamp))
