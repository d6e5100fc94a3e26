"""A JSON Schema compiled into steps that run in Ajv's order and speak Ajv's English.

Keywords that look at one value alone are judged by jsonschema_rs; those that nest are in
``schema_combine``, ``schema_arrays`` and ``schema_objects``. This file knows the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from gerai.kit import schema_arrays as arrays
from gerai.kit import schema_combine as combine
from gerai.kit import schema_objects as objects
from gerai.kit.json_values import is_array
from gerai.kit.schema_fault import Faults, Node, Walk, passes, says

Test = Callable[[Any], bool]


@dataclass(frozen=True)
class Draft:
    """A version of JSON Schema: who judges it, and which of our keywords mean nothing in it."""

    validator: Callable[..., jsonschema_rs.Validator]
    foreign: frozenset[str]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


#: Ajv's groups: the type whose values their keywords look at, and the keywords in the order they are tried.
_GROUPS: tuple[tuple[str, Test, tuple[str, ...]], ...] = (
    ("", lambda _: True, ("$ref", "const", "enum", "not", "anyOf", "oneOf", "allOf", "if")),
    ("number", _is_number, ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf", "format")),
    ("string", lambda v: isinstance(v, str), ("maxLength", "minLength", "pattern", "format")),
    (
        "array",
        lambda v: isinstance(v, list),
        ("maxItems", "minItems", "prefixItems", "additionalItems", "items", "contains", "uniqueItems"),
    ),
    (
        "object",
        lambda v: isinstance(v, dict),
        (
            *("maxProperties", "minProperties", "required", "propertyNames", "additionalProperties", "dependencies"),
            *("properties", "patternProperties", "dependentRequired", "dependentSchemas"),
        ),
    ),
)

_TEXTS: dict[str, str] = {
    "const": "must be equal to constant",
    "enum": "must be equal to one of the allowed values",
    "maximum": "must be <= {}",
    "minimum": "must be >= {}",
    "exclusiveMaximum": "must be < {}",
    "exclusiveMinimum": "must be > {}",
    "multipleOf": "must be multiple of {}",
    "maxLength": "must NOT have more than {} characters",
    "minLength": "must NOT have fewer than {} characters",
    "pattern": 'must match pattern "{}"',
    "format": 'must match format "{}"',
    "maxItems": "must NOT have more than {} items",
    "minItems": "must NOT have fewer than {} items",
    "maxProperties": "must NOT have more than {} properties",
    "minProperties": "must NOT have fewer than {} properties",
}

_NESTING: dict[str, Callable[[Node, dict[str, Any]], Walk]] = {
    "not": combine.not_,
    "anyOf": combine.any_of,
    "oneOf": combine.one_of,
    "allOf": combine.all_of,
    "if": combine.if_,
    "prefixItems": arrays.prefix_items,
    "additionalItems": arrays.additional_items,
    "items": arrays.items,
    "contains": arrays.contains,
    "uniqueItems": arrays.unique_items,
    "required": objects.required,
    "propertyNames": objects.property_names,
    "additionalProperties": objects.additional_properties,
    "dependencies": objects.dependencies,
    "properties": objects.properties,
    "patternProperties": objects.pattern_properties,
    "dependentRequired": objects.dependent_required,
    "dependentSchemas": objects.dependent_schemas,
}


def js_text(value: Any) -> str:
    """A schema value as JavaScript puts it into a text (``1.0`` is ``1``, a list is joined by commas)."""
    if is_array(value):
        return ",".join(js_text(item) for item in value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return repr(value).replace("e-0", "e-") if isinstance(value, float) else str(value)


class Compiler:
    """Turns the schemas of one document into walks. A referenced place is compiled once, so it may be recursive."""

    def __init__(self, document: dict[str, Any] | bool, draft: Draft) -> None:
        self._document = document
        self._draft = draft
        self._referenced: dict[str, Walk] = {}

    def node(self, schema: dict[str, Any] | bool) -> Walk:
        """The walk of a schema. ValueError for a keyword whose meaning we could not keep."""
        if isinstance(schema, bool):
            return passes if schema else says("boolean schema is false")
        if moving := {"$dynamicRef", "$recursiveRef"} & schema.keys():
            raise ValueError(f"{min(moving)}: only references to a place in this document are supported")
        steps = list(self._steps({k: v for k, v in schema.items() if k not in self._draft.foreign}))

        def walk(data: Any, pointer: str, out: Faults) -> None:
            out.spend(1)
            for concerns, run in steps:
                if concerns(data):
                    run(data, pointer, out)

        return walk

    def _steps(self, schema: dict[str, Any]) -> Iterator[tuple[Test, Walk]]:
        """What to try, in Ajv's order: a single type together with its own keywords, other types first."""
        declared = schema.get("type")
        types: list[str] = [*declared] if is_array(declared) else [declared] if declared else []
        if types and schema.get("nullable") is True:
            types = [*dict.fromkeys([*types, "null"])]
        wrong_type = self._wrong_type(types, says(f"must be {js_text(declared)}"))
        grouped = [g for g, _, keywords in _GROUPS if types == [g] and not schema.keys().isdisjoint(keywords)]
        if types and not grouped:
            yield wrong_type
        for group, concerns, keywords in _GROUPS:
            for keyword in keywords:
                if keyword in schema:
                    yield concerns, self._keyword(keyword, schema)
            if group in grouped:
                yield wrong_type

    def _wrong_type(self, types: list[str], says: Walk) -> tuple[Test, Walk]:
        right = self._draft.validator({"type": types} if types else True).is_valid
        return lambda data: not right(data), says

    def _keyword(self, keyword: str, schema: dict[str, Any]) -> Walk:
        if keyword == "$ref":
            return self._reference(schema["$ref"])
        if nesting := _NESTING.get(keyword):
            return nesting(self.node, schema)
        right = self._draft.validator({keyword: schema[keyword]}, validate_formats=True).is_valid
        fault = _TEXTS[keyword].replace("{}", js_text(schema[keyword]))

        def walk(data: Any, pointer: str, out: Faults) -> None:
            if not right(data):
                out.append((pointer, fault))

        return walk

    def _reference(self, reference: str) -> Walk:
        if reference != "#" and not reference.startswith("#/"):
            raise ValueError(f"$ref {reference!r}: only references to a place in this document are supported")
        if reference not in self._referenced:
            # A place that refers to itself meets this stand-in while it is compiled; `later` looks again when it runs.
            self._referenced[reference] = passes
            target: Any = self._document
            for step in reference.split("/")[1:]:
                name = step.replace("~1", "/").replace("~0", "~")
                target = target[int(name)] if is_array(target) else target[name]
            self._referenced[reference] = self.node(target)

        def later(data: Any, pointer: str, out: Faults) -> None:
            self._referenced[reference](data, pointer, out)

        return later
