#!/usr/bin/env python3
"""Send the gateway an encrypted message as WeChat would: python simulate_encrypted_message.py '测试内容'."""

from __future__ import annotations

import os
import sys
from pathlib import Path

manage = str(Path(__file__).resolve().with_name("manage.sh"))
os.execv(manage, [manage, "simulate_encrypted_message", *sys.argv[1:]])  # noqa: S606 - our own command
