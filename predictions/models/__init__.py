"""What the API keeps: keys and their rate windows, the predictions that a key has asked for, batches, usage, and
reading pages that were revoked."""

from __future__ import annotations

from predictions.models.api_key import (
    SCOPES,
    ApiKey,
    ApiKeyWindow,
    AskedAgain,
    KeyRefused,
    Prediction,
    validate_scopes,
)
from predictions.models.batch import Batch, BatchChunk, BatchStatus
from predictions.models.revoked_pages import RevokedPages, revoke_page, revoke_pages_of
from predictions.models.usage import ApiUsage

__all__ = [
    "SCOPES",
    "ApiKey",
    "ApiKeyWindow",
    "ApiUsage",
    "AskedAgain",
    "Batch",
    "BatchChunk",
    "BatchStatus",
    "KeyRefused",
    "Prediction",
    "RevokedPages",
    "revoke_page",
    "revoke_pages_of",
    "validate_scopes",
]
