"""OpenAPI 3.1 by drf-spectacular: what each operation says of itself, and the parts that all share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeVar

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from predictions import registry
from predictions.api import batch_schema, schema
from predictions.api.deprecation import Deprecation, mark
from predictions.api.problems import CONTENT_TYPE
from predictions.types import Json

SERVER = "http://127.0.0.1:8000"
SHARED_ERRORS = (400, 406, 500)
KEYED_ERRORS = (401, 403, 429, 503)
BODY_ERRORS = (413, 415, 422)
DESCRIPTIONS = {
    400: "请求不是可读的 JSON，或有未知参数 · Malformed JSON or an unknown parameter",
    401: "缺少密钥或密钥无效 · No key, or one that is not valid",
    403: "密钥没有所需的权限 · The key lacks the scope",
    404: "没有这个编号或地址 · No such id or address",
    406: "只回答 application/json · Only application/json is answered",
    413: "正文过大（64 KiB；批量 1 MiB）· A body over 64 KiB (a batch: 1 MiB)",
    415: "只接收 application/json · Only application/json is read",
    422: "JSON 正确，但值无法计算 · Valid JSON with a value that can't be computed",
    429: "本分钟的次数已用完，或未完成的批次过多 · The calls of this minute are used up, or too many batches wait",
    500: "服务器出错 · The server failed",
    503: "暂时无法回答 · Can't answer now",
}
# Placed in the documentation's order by their operation
TAGS = (
    ("systems", "系统 · Systems"),
    ("predictions", "排盘与问答 · Predictions"),
    ("batches", "批量 · Batches"),
    ("tables", "历表 · Tables"),
    ("service", "服务 · Service"),
)
_BODY = re.compile("-d '(.*)' http")
View = TypeVar("View", bound=Callable[..., Any])


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How drf-spectacular describes our authentication."""

    target_class = "predictions.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> Json:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "cel_live_… / cel_test_…"}


def curl(
    path: str,
    body: Json | None = None,
    *,
    key: bool = False,
    method: str = "",
    headers: Mapping[str, str] | None = None,
) -> str:
    """A call that can be pasted into a shell where KEY is set."""
    parts = ["curl"]
    parts += [f"-X {method}"] if method else []
    parts += ['-H "Authorization: Bearer $KEY"'] if key else []
    parts += [f"-H '{name}: {value}'" for name, value in (headers or {}).items()]
    parts += ["-H 'Content-Type: application/json'"] if body is not None else []
    parts += [f"-d '{json.dumps(body, ensure_ascii=False)}'"] if body is not None else []
    return " ".join([*parts, f"{SERVER}/api/v1/{path}"])


def parameter(
    name: str,
    location: Literal["path", "query", "header"],
    kind: Json,
    example: object,
    *,
    required: bool = True,
) -> OpenApiParameter:
    return OpenApiParameter(name, kind | {"example": example}, location, required=required)


def operation(
    operation_id: str,
    summary: str,
    answer: str | None,
    *,
    tag: str,
    curl: str,
    body: str | None = None,
    parameters: Sequence[OpenApiParameter] = (),
    errors: Sequence[int] = (),
    status: int = 200,
    deprecated: Deprecation | None = None,
) -> Callable[[View], View]:
    """What a handler answers: `answer` and `body` name schemas; `finish` adds the common errors."""
    responses: dict[int, Any] = {code: OpenApiResponse(description=DESCRIPTIONS[code]) for code in errors}
    good = OpenApiResponse(schema.ref(answer), summary) if answer else OpenApiResponse(description=summary)
    described = extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=[tag],
        parameters=list(parameters),
        request={"application/json": schema.ref(body)} if body else None,
        responses={status if answer else 204: good} | responses,
        # None leaves the member out, as it is in the document of operations that stay.
        deprecated=True if deprecated else None,
        extensions={"x-codeSamples": [{"lang": "curl", "source": curl}]},
    )
    return lambda handler: mark(described(handler), deprecated)


def finish(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Postprocessing hook: shared schemas and errors, required bodies."""
    result["servers"] = [{"url": SERVER}]
    result["tags"] = [{"name": name, "description": description} for name, description in TAGS]
    result.setdefault("components", {})["schemas"] = schema.components() | batch_schema.components()
    for operations in result["paths"].values():
        for described in operations.values():
            _finish_operation(described)
    return result


def _finish_operation(described: Json) -> None:
    responses, errors = described["responses"], list(SHARED_ERRORS)
    errors += KEYED_ERRORS if any(described.get("security", [])) else ()
    if "requestBody" in described:
        described["requestBody"]["required"] = True
        described["requestBody"]["content"]["application/json"]["examples"] = _examples(described)
        errors += BODY_ERRORS
    problem = {CONTENT_TYPE: {"schema": schema.ref("Problem")}}
    errors += [int(code) for code in responses if int(code) >= 400]
    for code in errors:
        responses[str(code)] = {"description": DESCRIPTIONS[code], "content": problem}
    described["responses"] = dict(sorted(responses.items()))


def _examples(described: Json) -> Json:
    """The body of the curl line; of a prediction one for each system."""
    if described["operationId"] == "createPrediction":
        return {
            system.id: {
                "summary": f"{system.title} · {system.title_en}",
                "value": {"system": system.id} | _asked(system.examples[0]),
            }
            for system in registry.all_systems()
        }
    found = _BODY.search(described["x-codeSamples"][0]["source"])
    return {"curl": {"value": json.loads(found.group(1))}} if found else {}


def _asked(example: Json) -> Json:
    return example if "input" in example else {"input": example}


def document() -> Json:
    """The OpenAPI document; the same whatever the request's language."""
    return _document(tuple((system.id, system.version) for system in registry.all_systems()))


@cache
def _document(systems: tuple[tuple[str, str], ...]) -> Json:
    """Made once for the `systems` that are registered."""
    with translation.override("en"):
        generated: Json = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return generated
