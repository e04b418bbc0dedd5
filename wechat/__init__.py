"""The WeChat Official Account gateway: protocol, messages, accounts, replies."""

from __future__ import annotations
