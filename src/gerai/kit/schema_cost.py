"""What checking a document may cost at most, found by looking at the schema alone.

Every value of a document is checked by some schemas of the document's schema, perhaps by the same one on several ways.
References make it easy to write, in a few lines, a schema that checks one value a billion times, or for ever. Here the
ways are counted: level by level, which schemas meet in one value. With patterns that run in linear time and this bound,
the work is at most proportional to the document's size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gerai.kit.json_values import at_pointer, is_array, is_object

Json = dict[str, Any]

#: How often one value may be checked. A choice among 200 constants is 201 checks.
MOST_CHECKS: Final = 256
#: Different meetings of schemas that are looked at before a schema counts as too complicated.
MOST_MEETINGS: Final = 4_000

_BRANCHES: Final = ("allOf", "anyOf", "oneOf")
_SAME_VALUE: Final = ("not", "if", "then", "else")
_BY_NAME: Final = ("dependentSchemas", "dependencies")
#: These two look once more at what the other keywords saw.
_TWICE: Final = ("unevaluatedProperties", "unevaluatedItems")


class TooExpensive(ValueError):
    """The schema could check one value too often."""


def check_cost(document: Json | bool) -> None:
    """TooExpensive for a schema without a bound on its work. Malformed parts are passed over: others refuse them."""
    try:
        _Meetings(document).check()
    except RecursionError:
        raise TooExpensive("is nested too deeply") from None


class _Meetings:
    def __init__(self, document: Json | bool) -> None:
        self._document = document

    def check(self) -> None:
        """Go through all meetings that can happen, each once."""
        first = self._together([self._document])
        seen = {_key(first)}
        waiting = [first]
        while waiting:
            for following in self._children(waiting.pop()):
                schemas = self._together(following)
                if schemas and (key := _key(schemas)) not in seen:
                    seen.add(key)
                    waiting.append(schemas)
                    if len(seen) > MOST_MEETINGS:
                        raise TooExpensive("is too complicated: its parts meet in too many ways")

    def _together(self, schemas: list[Any]) -> list[Json]:
        """All schemas that check a value when these do, as often as they do."""
        found: list[Json] = []
        for schema in schemas:
            for part in self._in_place(schema, ()):
                found.append(part)
                if len(found) > MOST_CHECKS:
                    raise TooExpensive(f"could check one value more than {MOST_CHECKS} times")
        return found

    def _in_place(self, schema: Any, way: tuple[str, ...]) -> Iterator[Json]:
        if not is_object(schema):
            return
        yield schema
        times = 2 if any(name in schema for name in _TWICE) else 1
        for _ in range(times):
            for keyword in _BRANCHES:
                for branch in _items(schema.get(keyword)):
                    yield from self._in_place(branch, way)
            for keyword in _SAME_VALUE:
                yield from self._in_place(schema.get(keyword), way)
            for keyword in _BY_NAME:
                for branch in _members(schema.get(keyword)).values():
                    yield from self._in_place(branch, way)
            reference = schema.get("$ref")
            if isinstance(reference, str):
                if reference in way:
                    raise TooExpensive(f"$ref {reference!r} leads back to itself in the same value")
                yield from self._in_place(self._at(reference), (*way, reference))

    def _children(self, schemas: list[Json]) -> Iterator[list[Any]]:
        """What meets in the parts of a value: each named member, any other one, its names, each item, any other one."""
        patterns = [inner for one in schemas for inner in _members(one.get("patternProperties")).values()]
        for name in {name: None for one in schemas for name in _members(one.get("properties"))}:
            yield [*patterns, *(_member(one, name) for one in schemas)]
        rest = [one.get(keyword) for one in schemas for keyword in ("additionalProperties", "unevaluatedProperties")]
        yield [*patterns, *rest]
        yield [one.get("propertyNames") for one in schemas]
        longest = max((len(_tuple(one)) for one in schemas), default=0)
        for index in range(longest + 1):
            yield [inner for one in schemas for inner in _item(one, index)]

    def _at(self, reference: str) -> Any:
        """The place a reference names, None when there is none (the compiler refuses it)."""
        return at_pointer(self._document, reference) if reference.startswith("#") else None


def _key(schemas: list[Json]) -> tuple[int, ...]:
    """The schemas by identity, with how often each is there. The document holds them all, so identities are kept."""
    return tuple(sorted(map(id, schemas)))


def _items(value: Any) -> list[Any]:
    return value if is_array(value) else []


def _members(value: Any) -> Json:
    return value if is_object(value) else {}


def _member(schema: Json, name: str) -> Any:
    named = _members(schema.get("properties"))
    return named[name] if name in named else schema.get("additionalProperties")


def _tuple(schema: Json) -> list[Any]:
    return _items(schema.get("prefixItems")) or _items(schema.get("items"))


def _item(schema: Json, index: int) -> list[Any]:
    tuple_ = _tuple(schema)
    if index < len(tuple_):
        return [tuple_[index], schema.get("contains")]
    rest = [schema.get(keyword) for keyword in ("items", "additionalItems", "unevaluatedItems", "contains")]
    return [one for one in rest if isinstance(one, dict)]
