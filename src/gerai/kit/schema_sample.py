"""A document as a JSON Schema may describe it, for people to start from. It is made of what the schema says plainly:
examples, choices, bounds, simple patterns; one that says more may refuse it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from gerai.kit.json_values import is_array, is_object

_WORD: Final = "contoh"
_DEEPEST: Final = 8
_MOST: Final = 200
#: ``[0-9]{15}``: letters of one kind, so many; the kinds by what stands first in them.
_PIECE: Final = re.compile(r"(\[[^\]^][^\]]*\]|\\d|\\w|[A-Za-z0-9 _:/@.-])(?:\{(\d{1,3})(?:,\d*)?\}|([+*?]))?")
_KINDS: Final = {"\\d": "0", "\\w": "a"}


def sample_of(schema: Any, depth: int = 0) -> Any:
    """A value of this schema."""
    if not is_object(schema) or depth > _DEEPEST:
        return _WORD
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    for name in ("examples", "enum"):
        if is_array(schema.get(name)) and schema[name]:
            return schema[name][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    match kind[0] if is_array(kind) and kind else kind:
        case "object":
            return _object(schema, depth)
        case "array":
            entries = max(1, min(_whole(schema, "minItems", 1), _MOST))
            return [sample_of(schema.get("items"), depth + 1)] * entries
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _text(schema)


def _object(schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    properties: Any = schema.get("properties", {})
    return {name: sample_of(of, depth + 1) for name, of in properties.items()} if is_object(properties) else {}


def _number(schema: Mapping[str, Any]) -> Any:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None:
        return least
    return 1 if most is None else min(1, most)


def _text(schema: Mapping[str, Any]) -> str:
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and (made := _matching(pattern)):
        return made
    least, most = _whole(schema, "minLength", 0), _whole(schema, "maxLength", _MOST)
    return _WORD.ljust(min(least, _MOST), "x")[: max(most, 0)]


def _matching(pattern: str) -> str:
    """A text of a pattern that is made of letters, simple classes and how often they stand; empty: it is another."""
    body, made = pattern.removeprefix("^").removesuffix("$"), ""
    while body:
        piece = _PIECE.match(body)
        if piece is None:
            return ""
        kind, count, mark = piece.groups()
        letter = _KINDS.get(kind) or (kind[1] if kind.startswith("[") else kind)
        made += "" if mark in ("*", "?") else letter * int(count or 1)
        body = body[piece.end() :]
    return made[:_MOST] if re.search(pattern, made[:_MOST]) else ""


def _whole(schema: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = schema.get(name, otherwise)
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
