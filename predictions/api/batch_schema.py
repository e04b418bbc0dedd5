"""The JSON schemas of batches and usage."""

from __future__ import annotations

from predictions.api.schema import complete, list_of, ref
from predictions.models.batch import ITEMS, BatchStatus
from predictions.models.usage import OUTCOMES
from predictions.schemas import object_schema
from predictions.types import Json

ID_EXAMPLE = "ba_0123456789abcdef0123456789abcdef"
LIMIT = 200
LIMIT_PARAMETER: Json = {"type": "integer", "minimum": 1, "maximum": LIMIT, "default": 50}

# What is wrong with an item is told by the item's result, so that one of a thousand spoils nothing.
BATCH_REQUEST = object_schema(
    "批量",
    {
        "items": {
            "type": "array",
            "title": "请求",
            "minItems": 1,
            "maxItems": ITEMS,
            "items": {"type": "object", "title": "请求"},
        }
    },
    ["items"],
)
_NUMBER: Json = {"type": "integer", "minimum": 0}
_DAY: Json = {"type": "string", "format": "date"}
_INSTANT: Json = {"type": "string", "format": "date-time"}
_MAYBE_INSTANT: Json = {"type": ["string", "null"], "format": "date-time"}
_CURSOR: Json = {"type": ["string", "null"], "description": "The next page; null when there is none"}
_COUNTS: Json = dict.fromkeys(("calls", *OUTCOMES), _NUMBER)


def components() -> Json:
    """Every named schema of batches and usage."""
    return _SCHEMAS


def _sums(member: str, kind: Json) -> Json:
    return list_of(complete({member: kind} | _COUNTS))


_SCHEMAS: Json = {
    "BatchRequest": object_schema(
        "批量",
        {
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": ITEMS,
                "items": {"type": "object", "description": "A PredictionRequest; judged when it is computed"},
            }
        },
        ["items"],
    ),
    "Batch": complete(
        {
            "id": {"type": "string", "pattern": "^ba_[0-9a-f]{32}$"},
            "status": {"type": "string", "enum": list(BatchStatus.values)},
            "total": _NUMBER,
            "done": _NUMBER,
            "failed": _NUMBER,
            "progress": {"type": "number", "minimum": 0, "maximum": 1},
            "created": _INSTANT,
            "started": _MAYBE_INSTANT,
            "finished": _MAYBE_INSTANT,
            "expires": _INSTANT,
            "results_url": {"type": "string", "format": "uri-reference"},
        }
    ),
    "BatchList": complete({"data": list_of(ref("Batch")), "next_cursor": _CURSOR}),
    "BatchResult": complete(
        {
            "index": _NUMBER,
            "status": {"type": "integer", "description": "The status that a single call would have had"},
            "prediction": {"oneOf": [ref("Prediction"), {"type": "null"}]},
            "problem": {"oneOf": [ref("Problem"), {"type": "null"}]},
        }
    ),
    "BatchResults": complete({"data": list_of(ref("BatchResult")), "next_cursor": _CURSOR}),
    "Usage": complete(
        {
            "from": _DAY,
            "to": _DAY,
            "total": complete(_COUNTS),
            "days": _sums("day", _DAY),
            "systems": _sums("system", {"type": "string"}),
            "endpoints": _sums("endpoint", {"type": "string"}),
        }
    ),
}
