"""JSON Schema 2020-12: the pieces that systems share, and schema violations told as FieldErrors.

The schemas are used three ways: they validate every request, OpenAPI 3.1 shows them, and the defaults of
options are read from them. ``x-code`` on a member names the error code of a value outside its bounds where
it is not out_of_range.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from json import loads
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from predictions.types import FieldError, Json, canonical_json

FIRST_YEAR, LAST_YEAR = 1900, 2100
_COUNTS = {
    "minItems": ("不能少于", "items", "项"),
    "maxItems": ("不能多于", "items", "项"),
    "minLength": ("不能少于", "characters", "个字"),
    "maxLength": ("不能多于", "characters", "个字"),
}

_TYPE_NAMES = {
    "integer": "整数",
    "number": "数",
    "string": "字符串",
    "boolean": "true 或 false",
    "object": "对象",
    "array": "数组",
    "null": "null",
}


def object_schema(title: str, properties: Json, required: Iterable[str] = (), **more: Any) -> Json:
    """An object that refuses members it does not know."""
    schema: Json = {"type": "object", "title": title, "properties": properties, "additionalProperties": False}
    names = list(required)
    return schema | ({"required": names} if names else {}) | more


def choice(title: str, values: Iterable[str], default: str, description: str) -> Json:
    """An option: one of ``values``, with its default."""
    return {
        "type": "string",
        "title": title,
        "enum": list(values),
        "default": default,
        "description": description,
    }


def _integer(title: str, low: int, high: int, code: str = "out_of_range", **more: Any) -> Json:
    return {"type": "integer", "title": title, "minimum": low, "maximum": high, "x-code": code} | more


_CALENDAR = {
    "type": "string",
    "title": "历法",
    "enum": ["solar", "lunar"],
    "description": "solar 公历；lunar 农历",
}
_DATE_MEMBERS: Json = {
    "calendar": _CALENDAR,
    "year": _integer("年", FIRST_YEAR, LAST_YEAR, description="公历年或农历年"),
    "month": _integer("月", 1, 12, "impossible_date"),
    "day": _integer("日", 1, 31, "impossible_date"),
    "leap": {"type": "boolean", "title": "闰月", "default": False, "description": "仅用于农历：是否闰月"},
}
_CLOCK_MEMBERS: Json = {
    "hour": _integer("时", 0, 23, description="当地钟表时间；不写表示时辰不详"),
    "minute": _integer("分", 0, 59),
    "tz": {
        "type": "string",
        "title": "时区",
        "minLength": 1,
        "maxLength": 64,
        "description": "IANA 名称或 +08:00；默认随出生地，中国大陆为 Asia/Shanghai",
    },
    "place": {
        "type": "string",
        "title": "地点",
        "minLength": 1,
        "maxLength": 60,
        "description": "地名，如 杭州",
    },
    "longitude": {
        "type": "number",
        "title": "经度",
        "minimum": -180,
        "maximum": 180,
        "description": "东经为正",
    },
    "latitude": {"type": "number", "title": "纬度", "minimum": -90, "maximum": 90, "description": "北纬为正"},
}

DATE = object_schema("日期", _DATE_MEMBERS, ["calendar", "year", "month", "day"])
MOMENT = object_schema(
    "时刻",
    _DATE_MEMBERS | _CLOCK_MEMBERS,
    ["calendar", "year", "month", "day"],
    dependentRequired={"minute": ["hour"]},
)
BIRTH = MOMENT | {"title": "出生"}
GENDER = {"type": "string", "title": "性别", "enum": ["male", "female"], "description": "male 男；female 女"}

CALENDAR_SOURCE = choice(
    "历表",
    ["hko", "astronomical"],
    "hko",
    "hko：1901-2100 以香港天文台公布的历表为准；astronomical：按 GB/T 33661-2017 由计算时刻推定（东八区）",
)
TRUE_SOLAR = choice(
    "真太阳时",
    ["off", "mean", "apparent"],
    "off",
    "off 用标准时；mean 按经度的平太阳时；apparent 再加均时差。只影响日柱、时柱；交节一律按世界时刻比较",
)
DST = choice(
    "夏令时",
    ["auto", "ignore"],
    "auto",
    "auto：当年实行夏令时的，钟表时间先换回标准时；ignore：钟表时间即标准时",
)
AMBIGUOUS_TIME = choice(
    "重复时刻", ["first", "second"], "first", "夏令时结束时钟表重复的一小时：first 取前一次，second 取后一次"
)


def _strict_integer(checker: object, instance: object) -> bool:
    return isinstance(instance, int) and not isinstance(instance, bool)


def _finite_number(checker: object, instance: object) -> bool:
    """JSON has no NaN and no infinity, but Python's parser lets them through."""
    return isinstance(instance, int | float) and not isinstance(instance, bool) and isfinite(instance)


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine_many(
    {"integer": _strict_integer, "number": _finite_number}
)
_extend: Any = extend
_StrictValidator: Any = _extend(Draft202012Validator, type_checker=_TYPES)


@lru_cache(maxsize=128)
def _validator(schema_text: str) -> Any:
    schema = loads(schema_text)
    Draft202012Validator.check_schema(schema)
    return _StrictValidator(schema)


def schema_errors(schema: Json, value: object, pointer: str) -> list[FieldError]:
    """Every violation of ``schema`` by ``value``, as FieldErrors whose pointers start with ``pointer``."""
    violations = _validator(canonical_json(schema)).iter_errors(value)
    found: dict[tuple[str, str], FieldError] = {}
    for violation in violations:
        for error in _field_errors(violation, pointer):
            found.setdefault((error.pointer, error.code), error)
    return list(found.values())


def with_defaults(schema: Json, given: object) -> Json:
    """The options of ``schema``: what was given where it is valid by itself, else the default."""
    chosen = given if isinstance(given, dict) else {}
    resolved: Json = {}
    for name, member in schema["properties"].items():
        valid = name in chosen and not schema_errors(member, chosen[name], "")
        resolved[name] = chosen[name] if valid else member["default"]
    return resolved


def child(pointer: str, name: str | int) -> str:
    """``pointer`` extended by one member, escaped by RFC 6901."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def _field_errors(violation: ValidationError, root: str) -> Iterator[FieldError]:
    pointer = root
    for part in violation.absolute_path:
        pointer = child(pointer, part)
    rule = str(violation.validator)
    if rule in ("oneOf", "anyOf") and violation.context:
        yield from _nearest_branch(violation, root)
    elif rule == "additionalProperties":
        yield from _unknown_members(violation, pointer)
    elif rule in ("required", "dependentRequired"):
        yield from _missing_members(violation, pointer)
    elif rule == "type":
        names = _listed(violation)
        wanted = "或".join(_TYPE_NAMES[name] for name in names)
        yield FieldError(pointer, "wrong_type", f"{_title(violation)}必须是{wanted}。", {"types": names})
    elif not _fails_type(violation):
        yield _outside_bounds(violation, pointer)


def _listed(violation: ValidationError) -> list[str]:
    expected: Any = violation.validator_value
    return [expected] if isinstance(expected, str) else list(expected)


def _fails_type(violation: ValidationError) -> bool:
    """A value of the wrong type also breaks enum and const; only the type is worth telling."""
    schema = violation.schema if isinstance(violation.schema, dict) else {}
    expected = schema.get("type")
    if expected is None:
        return False
    types = [expected] if isinstance(expected, str) else expected
    return not any(_TYPES.is_type(violation.instance, name) for name in types)


def _nearest_branch(violation: ValidationError, root: str) -> Iterator[FieldError]:
    branches: dict[int, list[ValidationError]] = {}
    for error in violation.context:
        branches.setdefault(int(error.schema_path[0]), []).append(error)
    nearest = min(branches.values(), key=lambda errors: (_strangers(errors), len(errors)))
    for error in nearest:
        for told in _field_errors(error, root):
            yield _among_branches(told, error, violation)


def _among_branches(told: FieldError, error: ValidationError, alternatives: ValidationError) -> FieldError:
    """What only one of several forms of an object says, told with the other forms in mind."""
    if len(error.absolute_path) != len(alternatives.absolute_path):
        return told
    forms = [form for form in _forms(alternatives) if isinstance(form, dict)]
    name = told.pointer.rpartition("/")[2]
    if error.validator == "additionalProperties":
        own = _properties(error)
        rivals = [member for member in _members(error) if member in own]
        if rivals and any(name in form.get("properties", {}) for form in forms):
            detail = f"{name} 不能与 {'、'.join(rivals)} 同时给出，只写其中一种。"
            return FieldError(told.pointer, "conflicting_fields", detail, {"choices": [*rivals, name]})
    elif error.validator == "required":
        needed = [form["required"] for form in forms if "required" in form]
        choices = ["+".join(names) for names in needed]
        if len(choices) > 1 and not {name for names in needed for name in names} & set(_members(error)):
            detail = f"{'、'.join(choices)} 要写一种。"
            return FieldError(told.pointer, told.code, detail, {"choices": choices})
    return told


def _forms(alternatives: ValidationError) -> list[Any]:
    found: Any = alternatives.validator_value
    return list(found)


def _properties(violation: ValidationError) -> Json:
    schema = violation.schema if isinstance(violation.schema, dict) else {}
    found: Json = schema.get("properties", {})
    return found


def _members(violation: ValidationError) -> list[str]:
    return [str(member) for member in violation.instance] if isinstance(violation.instance, dict) else []


def _strangers(errors: list[ValidationError]) -> int:
    """How badly a branch fits: members that the branch does not know, each, and what it lacks count most."""
    return sum(len(_unknown(error)) + (error.validator == "required") for error in errors)


def _unknown(error: ValidationError) -> list[str]:
    if error.validator != "additionalProperties":
        return []
    known = _properties(error)
    return sorted(member for member in _members(error) if member not in known)


def _unknown_members(violation: ValidationError, pointer: str) -> Iterator[FieldError]:
    known = list(_properties(violation))
    for name in _unknown(violation):
        near = get_close_matches(name, known, n=1)
        hint = f"，是否指 {near[0]}" if near else ""
        suggestion: Json = {"member": near[0]} if near else {"choices": known}
        yield FieldError(
            child(pointer, name), "unknown_field", f"不认识的成员 {name[:40]}{hint}。", suggestion
        )


def _missing_members(violation: ValidationError, pointer: str) -> Iterator[FieldError]:
    members = violation.instance if isinstance(violation.instance, dict) else {}
    wanted: Any = violation.validator_value
    if isinstance(wanted, dict):
        wanted = [name for cause, names in wanted.items() if cause in members for name in names]
    for name in wanted:
        if name not in members:
            schema = _properties(violation).get(name, {})
            detail = f"缺少 {name}（{schema.get('title', name)}）。"
            yield FieldError(child(pointer, name), "missing_field", detail, _allowed(schema))


def _allowed(schema: Json) -> Json:
    """What a missing member may be."""
    if "enum" in schema:
        return {"choices": list(schema["enum"])}
    kept: Json = {name: schema[name] for name in ("minimum", "maximum") if name in schema}
    types = schema.get("type", [])
    return kept or {"types": [types] if isinstance(types, str) else list(types)}


def _outside_bounds(violation: ValidationError, pointer: str) -> FieldError:
    schema = violation.schema if isinstance(violation.schema, dict) else {}
    name = str(violation.absolute_path[-1]) if violation.absolute_path else "value"
    code = str(schema.get("x-code", "out_of_range"))
    limit: Any = violation.validator_value
    rule = str(violation.validator)
    if rule in ("minimum", "maximum"):
        word = "不能小于" if rule == "minimum" else "不能大于"
        return FieldError(pointer, code, f"{_title(violation)}{word} {limit}。", {name: limit})
    if rule == "enum":
        near = get_close_matches(str(violation.instance), [str(item) for item in limit], n=1, cutoff=0.3)
        suggestion: Json = {"choices": list(limit)} | ({name: near[0]} if near else {})
        listed = "、".join(str(item) for item in limit)
        return FieldError(pointer, code, f"{_title(violation)}只能是 {listed}。", suggestion)
    if rule in _COUNTS:
        word, member, unit = _COUNTS[rule]
        return FieldError(pointer, code, f"{_title(violation)}{word} {limit} {unit}。", {member: limit})
    return FieldError(pointer, code, f"{_title(violation)}不符合要求（{rule}：{limit}）。", {rule: limit})


def _title(violation: ValidationError) -> str:
    schema = violation.schema if isinstance(violation.schema, dict) else {}
    return str(schema.get("title", violation.absolute_path[-1] if violation.absolute_path else "输入"))
