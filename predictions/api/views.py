"""The endpoints, in the order of docs/api.md."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from celestial_site import __version__
from predictions import engine, language, registry
from predictions.api import metrics, openapi, parsers, queries, schema
from predictions.api.authentication import key_of
from predictions.api.caching import MINUTES, cached, entity_tag, is_current
from predictions.api.deprecation import of_body
from predictions.api.endpoint import Endpoint, PublicEndpoint
from predictions.api.openapi import curl, operation, parameter
from predictions.api.problems import Problem, not_found
from predictions.lunar import lunar_year, terms
from predictions.models import SCOPES, ApiKey, Prediction
from predictions.models.batch import ITEMS, KEPT, OPEN_BATCHES
from predictions.schemas import FIRST_YEAR, LAST_YEAR, schema_errors
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Answer, FieldError, InvalidInput, Json

CONTEXT_SECONDS = 1800
# Asked for again each time: what was deleted must not come from a cache.
REVALIDATED = "private, no-cache"
_ID = parameter("prediction_id", "path", {"type": "string"}, schema.ID_EXAMPLE)
_YEAR = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}


class Systems(PublicEndpoint):
    @operation(
        "listSystems", "所有系统 · Every prediction system", "SystemList", tag="systems", curl=curl("systems")
    )
    def get(self, request: Request) -> Response:
        """Titles, ranges and the JSON schemas of input and options. No key needed."""
        return cached(
            request,
            ("systems",),
            lambda: {"systems": [system.as_dict() for system in registry.all_systems()]},
            MINUTES,
        )


class OneSystem(PublicEndpoint):
    @operation(
        "getSystem",
        "一个系统的输入与选项 · The input and options of one system",
        "System",
        tag="systems",
        curl=curl("systems/calendar"),
        parameters=[parameter("system_id", "path", {"type": "string"}, "calendar")],
        errors=(404,),
    )
    def get(self, request: Request, system_id: str) -> Response:
        """The same for one system. No key needed."""
        try:
            system = registry.get(system_id)
        except InvalidInput as error:
            raise Problem(404, "not_found", error.errors[0].detail) from error
        return cached(request, ("system", system_id), system.as_dict, MINUTES)


class Predictions(Endpoint):
    @operation(
        "createPrediction",
        "排一个盘并解读 · Compute and read one chart",
        "Prediction",
        tag="predictions",
        curl=curl(
            "predictions",
            {
                "system": "calendar",
                "input": {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}},
            },
            key=True,
        ),
        body="PredictionRequest",
    )
    def post(self, request: Request) -> Response:
        """Scope predict. The id is stable for the same key, input, options and version; the input is
        stored encrypted."""
        body = self.json_body(request)
        self.error_language = language_of(body)
        prediction, answer = compute_prediction(key_of(request), body)
        self.system = prediction.system
        self.deprecated_use = of_body(schema.request_of(registry.get(prediction.system)), body)
        prediction.store()
        place = f"/api/v1/predictions/{prediction.public_id}"
        headers = {"Content-Location": place, "Content-Language": prediction.lang}
        return Response(shown(key_of(request), prediction, answer, prediction.lang), headers=headers)


class OnePrediction(Endpoint):
    def check_query(self, request: Request) -> None:
        self.parameters = ("lang",) if request.method in ("GET", "HEAD") else ()
        super().check_query(request)

    @operation(
        "getPrediction",
        "再取一次 · The same prediction again",
        "Prediction",
        tag="predictions",
        curl=curl(f"predictions/{schema.ID_EXAMPLE}", key=True),
        parameters=[_ID, parameter("lang", "query", schema.LANG, "en", required=False)],
        errors=(404, 422),
    )
    def get(self, request: Request, prediction_id: str) -> Response:
        """Scope predict. Computed anew from the stored input; another key's id is 404."""
        prediction = _own_prediction(request, prediction_id)
        self.system = prediction.system
        lang = request.query_params.get("lang", prediction.lang)
        tag = prediction_tag(prediction, lang)
        headers = {"ETag": tag, "Content-Language": lang}
        if lang in engine.LANGUAGES and is_current(request, tag):
            self.headers["Cache-Control"] = REVALIDATED
            return Response(status=304, headers=headers)
        asked = prediction.asked()
        answer = _answer(prediction.system, asked["input"], asked["options"], lang)
        found = shown(key_of(request), prediction, answer, lang)
        self.headers["Cache-Control"] = REVALIDATED
        return Response(found, headers=headers)

    @operation(
        "deletePrediction",
        "删除保存的输入 · Delete what was stored",
        None,
        tag="predictions",
        curl=curl(f"predictions/{schema.ID_EXAMPLE}", key=True, method="DELETE"),
        parameters=[_ID],
        errors=(404,),
    )
    def delete(self, request: Request, prediction_id: str) -> Response:
        """Scope predict. Nothing of the input remains, and its reading page is gone."""
        _own_prediction(request, prediction_id).withdraw(key_of(request), timezone.now())
        return Response(status=204)


class Ask(Endpoint):
    scope = "ask"

    @operation(
        "ask",
        "用一句中文来问 · Ask with a Chinese sentence",
        "AskResult",
        tag="predictions",
        curl=curl("ask", {"text": "今天黄历"}, key=True),
        body="AskRequest",
    )
    def post(self, request: Request) -> Response:
        """Scope ask. Nothing is stored; send `context` back within 30 minutes to answer a question."""
        body = self.valid_body(request, schema.ASK_REQUEST)
        key = key_of(request)
        context = _open_context(key, body.get("context"))
        systems = [system.id for system in registry.all_systems()]
        with metrics.engine_seconds.labels("ask").time():
            result = language.ask(body["text"], now=timezone.localtime(), systems=systems, context=context)
        self.system = result.answer.chart.system if result.answer else ""
        return Response(
            {
                "status": result.status,
                "understood_as": result.understood_as,
                "answer": result.answer.as_dict() if result.answer else None,
                "question": _question(result.question),
                "context": _seal_context(key, result.context),
                "text": result.text,
            }
        )


class CalendarDay(PublicEndpoint):
    @operation(
        "getCalendarDay",
        "一天的历法 · The calendar facts of a day",
        "CalendarDay",
        tag="tables",
        curl=curl("calendar/2026-02-17"),
        parameters=[parameter("date", "path", {"type": "string", "format": "date"}, "2026-02-17")],
        errors=(404, 422),
    )
    def get(self, request: Request, date: str) -> Response:
        """The facts of the system calendar with its default options. No key needed."""
        day = queries.day("date", date)
        asked = {"date": {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}}
        return cached(request, ("calendar", date), lambda: engine.compute("calendar", asked).facts)


class LunarYear(PublicEndpoint):
    @operation(
        "getLunarYear",
        "农历年的月份 · The months of a lunar year",
        "LunarYear",
        tag="tables",
        curl=curl("calendar/lunar/2025"),
        parameters=[parameter("year", "path", _YEAR, 2025)],
        errors=(404, 422),
    )
    def get(self, request: Request, year: str) -> Response:
        """12 or 13 months, each with its first civil day and length. No key needed."""
        number = queries.year("year", year)
        return cached(request, ("lunar", str(number)), lambda: dict(lunar_year(number).as_dict()))


class SolarTerms(PublicEndpoint):
    @operation(
        "getSolarTerms",
        "公历年的二十四节气 · The 24 solar terms of a year",
        "SolarTerms",
        tag="tables",
        curl=curl("calendar/terms/2026"),
        parameters=[parameter("year", "path", _YEAR, 2026)],
        errors=(404, 422),
    )
    def get(self, request: Request, year: str) -> Response:
        """The instant in UTC and UTC+8 and the printed date of each term. No key needed."""
        number = queries.year("year", year)
        return cached(
            request,
            ("terms", str(number)),
            lambda: {"year": number, "terms": [term.as_dict() for term in terms(number)]},
        )


class Meta(PublicEndpoint):
    @operation("getMeta", "版本与限额 · Versions and limits", "Meta", tag="service", curl=curl("meta"))
    def get(self, request: Request) -> Response:
        """No key needed."""
        return cached(request, ("meta", str(settings.API_RATE_LIMIT)), _meta, MINUTES)


class OpenApiDocument(PublicEndpoint):
    @operation("getOpenApi", "本文档 · This document", "OpenApi", tag="service", curl=curl("openapi.json"))
    def get(self, request: Request) -> Response:
        """OpenAPI 3.1, made from the endpoints and the registry of systems. No key needed."""
        return cached(request, ("openapi",), openapi.document, MINUTES)


def prediction_tag(prediction: Prediction, lang: str) -> str:
    """Known before anything is computed; the link to the reading page changes with the day."""
    issued = prediction.page_issued(timezone.now()).isoformat()
    return entity_tag("prediction", prediction.public_id, lang, settings.CELESTIAL_PUBLIC_URL, issued)


def language_of(body: object) -> str | None:
    """The language that a request asks for in so many words."""
    return "en" if isinstance(body, dict) and body.get("lang") == "en" else None


def compute_prediction(key: ApiKey, body: object) -> tuple[Prediction, Answer]:
    """A request answered, with the row to remember it by, not yet stored.

    Raises InvalidInput.
    """
    if errors := schema_errors(schema.PREDICTION_REQUEST, body, ""):
        raise InvalidInput(errors)
    asked = cast(Json, body)
    lang = asked.get("lang", engine.LANGUAGES[0])
    answer = _answer(asked["system"], asked["input"], asked.get("options"), lang)
    return Prediction.of(key, answer.chart, lang), answer


def _answer(system_id: str, asked: Json, options: Json | None, lang: str) -> Answer:
    # Also the check that keeps the metric's labels few
    system = registry.get(system_id)
    with metrics.engine_seconds.labels(system.id).time():
        return engine.answer(system.id, asked, options, lang)


def shown(key: ApiKey, prediction: Prediction, answer: Answer, lang: str) -> Json:
    """The Answer with the members of a prediction, whose date must be the stored one."""
    url = prediction.reading_url(key, answer.chart, lang, timezone.now())
    return answer.as_dict() | {"id": prediction.public_id, "lang": lang, "reading_url": url}


def _own_prediction(request: Request, prediction_id: str) -> Prediction:
    prediction = Prediction.find(key_of(request), prediction_id)
    if prediction is None:
        raise not_found()
    return prediction


def _question(question: language.Question | None) -> Json | None:
    if question is None:
        return None
    return {"slot": question.slot, "text": question.text, "choices": list(question.choices)}


def _context_salt(key: ApiKey) -> str:
    """Bound to the key, so that a context can't be passed on to another client."""
    return f"predictions.ask.{key.public_id}"


def _seal_context(key: ApiKey, context: Json | None) -> str | None:
    return signing.dumps(context, salt=_context_salt(key), compress=True) if context else None


def _open_context(key: ApiKey, text: str | None) -> Json | None:
    if text is None:
        return None
    try:
        context: Json = signing.loads(text, salt=_context_salt(key), max_age=CONTEXT_SECONDS)
    except signing.SignatureExpired as error:
        raise _bad_context(_("The context is older than 30 minutes; ask anew without it.")) from error
    except signing.BadSignature as error:
        raise _bad_context(_("Send the context back unchanged, with the key that received it.")) from error
    return context


def _bad_context(detail: str) -> InvalidInput:
    return InvalidInput([FieldError("/context", "invalid_context", detail)])


def _meta() -> Json:
    return {
        "api_version": "v1",
        "version": __version__,
        "engine_version": engine.ENGINE_VERSION,
        "systems": [{"id": system.id, "version": system.version} for system in registry.all_systems()],
        "languages": list(engine.LANGUAGES),
        "scopes": list(SCOPES),
        "limits": {
            "calls_per_minute": settings.API_RATE_LIMIT or None,
            "body_bytes": parsers.MAX_BYTES,
            "json_levels": parsers.MAX_DEPTH,
            "ask_characters": schema.ASK_CHARACTERS,
            "context_seconds": CONTEXT_SECONDS,
            "batch_items": ITEMS,
            "batch_body_bytes": parsers.MAX_BATCH_BYTES,
            "open_batches": OPEN_BATCHES,
            "batch_days": KEPT.days,
        },
        "disclaimer": {"zh-Hans": DISCLAIMER, "en": DISCLAIMER_EN},
    }
