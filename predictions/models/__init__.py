"""What the API keeps: keys and their rate windows, and the predictions that a key has asked for."""

from __future__ import annotations

from predictions.models.api_key import (
    SCOPES,
    ApiKey,
    ApiKeyWindow,
    KeyRefused,
    Prediction,
    validate_scopes,
)

__all__ = ["SCOPES", "ApiKey", "ApiKeyWindow", "KeyRefused", "Prediction", "validate_scopes"]
