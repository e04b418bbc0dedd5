"""The API's own JSON schemas: two of them validate bodies, all of them are shown by OpenAPI."""

from __future__ import annotations

from typing import Any

from predictions import registry
from predictions.engine import LANGUAGES
from predictions.registry import System
from predictions.schemas import object_schema
from predictions.types import Json

ASK_CHARACTERS = 2000
CONTEXT_CHARACTERS = 8192
ID_EXAMPLE = "pr_0123456789abcdef0123456789abcdef"
LATITUDE: Json = {"type": "number", "minimum": -90, "maximum": 90}
LONGITUDE: Json = {"type": "number", "minimum": -180, "maximum": 180}
LANG: Json = {"type": "string", "title": "语言", "enum": list(LANGUAGES), "default": LANGUAGES[0]}

# The system's own schema validates input and options; here their kind alone.
PREDICTION_REQUEST = object_schema(
    "请求",
    {
        "system": {"type": "string", "title": "系统"},
        "input": {"type": "object", "title": "输入"},
        "options": {"type": "object", "title": "选项"},
        "lang": LANG,
    },
    ["system", "input"],
)
ASK_REQUEST = object_schema(
    "问",
    {
        "text": {"type": "string", "title": "文字", "maxLength": ASK_CHARACTERS},
        "context": {"type": ["string", "null"], "title": "上下文", "maxLength": CONTEXT_CHARACTERS},
    },
    ["text"],
)


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def components() -> Json:
    """Every named schema, the requests of the registered systems among them."""
    return _ANSWERS | _requests() | {"AskRequest": ASK_REQUEST, "OpenApi": _OPEN}


def _requests() -> Json:
    systems = registry.all_systems()
    names = {system.id: f"{system.id.title().replace('_', '')}Request" for system in systems}
    mapping = {system_id: ref(name)["$ref"] for system_id, name in names.items()}
    union = {
        "oneOf": [ref(name) for name in names.values()],
        "discriminator": {"propertyName": "system", "mapping": mapping},
    }
    return {names[system.id]: request_of(system) for system in systems} | {"PredictionRequest": union}


def request_of(system: System) -> Json:
    """The schema of a request to one system."""
    members = {
        "system": {"type": "string", "const": system.id},
        "input": system.input_schema,
        "options": system.option_schema,
        "lang": LANG,
    }
    return object_schema(f"{system.title} · {system.title_en}", members, ["system", "input"])


def complete(properties: Json, **more: Any) -> Json:
    """An object of ours always has all its members."""
    return {"type": "object", "properties": properties, "required": list(properties)} | more


def list_of(items: Json) -> Json:
    return {"type": "array", "items": items}


_TEXT: Json = {"type": "string"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_NUMBER: Json = {"type": "integer"}
_MAYBE_NUMBER: Json = {"type": ["integer", "null"]}
_TRUTH: Json = {"type": "boolean"}
_OPEN: Json = {"type": "object", "additionalProperties": True}
_DATE: Json = {"type": "string", "format": "date"}
_INSTANT: Json = {"type": "string", "format": "date-time"}

_ANSWER_MEMBERS: Json = {
    "understood_as": _TEXT,
    "chart": ref("Chart"),
    "reading": ref("Reading"),
    "alternatives": list_of(_OPEN),
    "text": _TEXT,
    "disclaimer": _TEXT,
}
_PREDICTION_MEMBERS: Json = {
    "id": {"type": "string", "pattern": "^pr_[0-9a-f]{32}$"},
    "lang": LANG,
    "reading_url": {
        "type": ["string", "null"],
        "format": "uri",
        "description": "给手机看的解读页，30 天内有效，拿到链接的人都能打开；没有 CELESTIAL_PUBLIC_URL 时为 null · "
        "The reading page for a phone: there for 30 days, open to whoever has the link; null without "
        "CELESTIAL_PUBLIC_URL",
    },
}
_MOMENTS = ("rise", "set", "transit")
_TWILIGHTS = tuple(
    f"{name}_{side}" for name in ("civil", "nautical", "astronomical") for side in ("dawn", "dusk")
)


def _risings(names: tuple[str, ...], **more: Json) -> Json:
    """Local times that may be missing, with the reasons why."""
    times: Json = {name: {"type": ["string", "null"], "format": "date-time"} for name in names}
    height: Json = {"transit_altitude": {"type": ["number", "null"]}}
    stays: Json = {"stays": {"type": ["string", "null"], "enum": ["up", "down", None]}}
    return complete(times | height | stays | {"reason": _MAYBE_TEXT, "reasons": _OPEN} | more)


_SKY_ANSWERS: Json = {
    "MoonPhases": complete(
        {
            "year": _NUMBER,
            "phases": list_of(
                complete(
                    {
                        "phase": {
                            "type": "string",
                            "enum": ["new", "first_quarter", "full", "last_quarter"],
                        },
                        "name": _TEXT,
                        "instant": _INSTANT,
                    }
                )
            ),
        }
    ),
    "Eclipses": complete(
        {
            "from": _DATE,
            "to": _DATE,
            "kind": _MAYBE_TEXT,
            "eclipses": list_of(
                _OPEN
                | {
                    "properties": {
                        "kind": {"type": "string", "enum": ["solar", "lunar"]},
                        "type": {
                            "type": "string",
                            "enum": ["total", "annular", "hybrid", "partial", "penumbral"],
                        },
                        "name": _TEXT,
                        "peak": _INSTANT,
                        "local_peak": _INSTANT,
                        "local": _OPEN,
                    },
                    "required": ["kind", "type", "name", "peak"],
                }
            ),
        }
    ),
    "RiseSet": complete(
        {
            "date": _DATE,
            "latitude": LATITUDE,
            "longitude": LONGITUDE,
            "tz": _TEXT,
            "sun": _risings((*_MOMENTS, *_TWILIGHTS), day_length=_MAYBE_TEXT),
            "moon": _risings(_MOMENTS),
        }
    ),
    "PlaceList": complete(
        {
            "query": _TEXT,
            "places": list_of(
                complete(
                    {
                        "id": _TEXT,
                        "name": _TEXT,
                        "full_name": _TEXT,
                        "country": _TEXT,
                        "level": _TEXT,
                        "latitude": LATITUDE,
                        "longitude": LONGITUDE,
                        "tz": _TEXT,
                        "exact": _TRUTH,
                    }
                )
            ),
        }
    ),
}
_ANSWERS: Json = _SKY_ANSWERS | {
    "Notice": complete({"code": _TEXT, "text": _TEXT, "alternative": {"type": ["object", "null"]}}),
    "Chart": complete(
        {
            "system": _TEXT,
            "version": _TEXT,
            "input": _OPEN,
            "options": _OPEN,
            "trace": list_of(_OPEN),
            "facts": _OPEN,
            "warnings": list_of(ref("Notice")),
        }
    ),
    "Statement": complete(
        {
            "text": _TEXT,
            "topic": _TEXT,
            "rule": _TEXT,
            "evidence": list_of(_TEXT),
            "source": _TEXT,
            "polarity": _TEXT,
            "kind": _TEXT,
        }
    ),
    "Reading": complete({"statements": list_of(ref("Statement"))}),
    "Answer": complete(_ANSWER_MEMBERS),
    "Prediction": complete(_PREDICTION_MEMBERS | _ANSWER_MEMBERS),
    "Question": complete({"slot": _TEXT, "text": _TEXT, "choices": list_of(_TEXT)}),
    "AskResult": complete(
        {
            "status": {
                "type": "string",
                "enum": ["answered", "needs_input", "ambiguous", "refused", "not_understood"],
            },
            "understood_as": _TEXT,
            "answer": {"oneOf": [ref("Answer"), {"type": "null"}]},
            "question": {"oneOf": [ref("Question"), {"type": "null"}]},
            "context": _MAYBE_TEXT,
            "text": _TEXT,
        }
    ),
    "System": complete(
        {
            "id": _TEXT,
            "title": _TEXT,
            "title_en": _TEXT,
            "summary": _TEXT,
            "summary_en": _TEXT,
            "version": _TEXT,
            "group": _TEXT,
            "presets": list_of(_TEXT),
            "needs_birth": _TRUTH,
            "range": _OPEN,
            "input_schema": _OPEN,
            "option_schema": _OPEN,
            "examples": list_of(_OPEN),
            "conformance": _TEXT,
        }
    ),
    "SystemList": complete({"systems": list_of(ref("System"))}),
    "CalendarDay": _OPEN
    | {
        "properties": {
            "solar": _DATE,
            "lunar": complete(
                {"year": _NUMBER, "month": _NUMBER, "day": _NUMBER, "leap": _TRUTH, "month_length": _NUMBER}
            ),
            "ganzhi": complete({"year": _TEXT, "month": _TEXT, "day": _TEXT}),
            "zodiac": _TEXT,
            "term": _MAYBE_TEXT,
        },
        "required": ["solar", "lunar", "ganzhi", "zodiac", "term"],
    },
    "LunarYear": complete(
        {
            "year": _NUMBER,
            "ganzhi": _TEXT,
            "zodiac": _TEXT,
            "leap_month": _MAYBE_NUMBER,
            "days": _NUMBER,
            "months": list_of(
                complete(
                    {
                        "month": _NUMBER,
                        "leap": _TRUTH,
                        "name": _TEXT,
                        "first_day": _DATE,
                        "length": _NUMBER,
                        "uncertain": _TRUTH,
                    }
                )
            ),
        }
    ),
    "SolarTerms": complete(
        {
            "year": _NUMBER,
            "terms": list_of(
                complete(
                    {
                        "name": _TEXT,
                        "instant": _INSTANT,
                        "local": _INSTANT,
                        "date": _DATE,
                        "uncertain": _TRUTH,
                    }
                )
            ),
        }
    ),
    "Meta": complete(
        {
            "api_version": _TEXT,
            "version": _TEXT,
            "engine_version": _TEXT,
            "systems": list_of(complete({"id": _TEXT, "version": _TEXT})),
            "languages": list_of(_TEXT),
            "scopes": list_of(_TEXT),
            "limits": complete(
                {
                    "calls_per_minute": _MAYBE_NUMBER,
                    "body_bytes": _NUMBER,
                    "json_levels": _NUMBER,
                    "ask_characters": _NUMBER,
                    "context_seconds": _NUMBER,
                    "batch_items": _NUMBER,
                    "batch_body_bytes": _NUMBER,
                    "open_batches": _NUMBER,
                    "batch_days": _NUMBER,
                }
            ),
            "disclaimer": _OPEN,
        }
    ),
    "Problem": complete(
        {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _TEXT,
            "status": _NUMBER,
            "code": _TEXT,
            "detail": _TEXT,
            "errors": list_of(
                {
                    "type": "object",
                    "properties": {
                        "pointer": {
                            "type": "string",
                            "description": "JSON pointer into the body; /name for a parameter",
                        },
                        "code": _TEXT,
                        "detail": _TEXT,
                        "suggestion": _OPEN,
                    },
                    "required": ["pointer", "code", "detail"],
                }
            ),
            "request_id": _TEXT,
            "retryable": _TRUTH,
        }
    ),
}
