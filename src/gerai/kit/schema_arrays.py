"""Keywords about the items of an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jsonschema_rs

from gerai.kit.json_values import is_array, is_object
from gerai.kit.schema_fault import Faults, Node, Schema, Walk, faults, passes


def _tuple(node: Node, schemas: list[Any]) -> Walk:
    inner = [node(one) for one in schemas]

    def walk(data: Any, pointer: str, out: Faults) -> None:
        for i, (item, check) in enumerate(zip(data, inner, strict=False)):
            check(item, f"{pointer}/{i}", out)

    return walk


def _rest(node: Node, schema: Any, start: int | None) -> Walk:
    """Items from ``start`` on; ``None``: no tuple comes before them."""
    inner = node(schema)

    def walk(data: Any, pointer: str, out: Faults) -> None:
        if schema is False and start is not None:
            if len(data) > start:
                out.append((pointer, f"must NOT have more than {start} items"))
            return
        for i in range(start or 0, len(data)):
            inner(data[i], f"{pointer}/{i}", out)

    return walk


def prefix_items(node: Node, schema: Schema) -> Walk:
    """``prefixItems`` (2020-12)."""
    return _tuple(node, schema["prefixItems"])


def items(node: Node, schema: Schema) -> Walk:
    """``items``: one schema for all, for the rest after ``prefixItems``, or (older drafts) a tuple."""
    declared: Any = schema["items"]
    if is_array(declared):
        return _tuple(node, declared)
    before = schema.get("prefixItems")
    return _rest(node, declared, None if before is None else len(before))


def additional_items(node: Node, schema: Schema) -> Walk:
    """``additionalItems``: the rest after a tuple (older drafts)."""
    before = schema.get("items")
    return _rest(node, schema["additionalItems"], len(before)) if is_array(before) else passes


def contains(node: Node, schema: Schema) -> Walk:
    """``contains`` with its counts; the errors of the items that do not match are kept."""
    inner = node(schema["contains"])
    least, most = schema.get("minContains", 1), schema.get("maxContains")
    text = f"must contain at least {least}" + ("" if most is None else f" and no more than {most}") + " valid item(s)"

    def walk(data: Any, pointer: str, out: Faults) -> None:
        # Then any array will do.
        if least == 0 and most is None:
            return
        found = Faults(out.work)
        count = 0
        for i, item in enumerate(data):
            wrong = faults(inner, item, f"{pointer}/{i}", out)
            found += wrong
            count += not wrong
            if (most is None and count >= least) or (most is not None and count > most):
                break
        if count < least or (most is not None and count > most):
            out += [*found, (pointer, text)]

    return walk


def unique_items(_node: Node, schema: Schema) -> Walk:
    """Ajv compares from the end backwards, and differently when the items are declared to be plain values."""
    inner = schema.get("items")
    declared: Any = inner.get("type", []) if is_object(inner) else []
    types: list[str] = [declared] if isinstance(declared, str) else declared
    find = _unequal if not schema["uniqueItems"] else _same_pair
    if schema["uniqueItems"] and types and not {"object", "array"} & {*types}:
        concerns = jsonschema_rs.Draft202012Validator({"type": types}).is_valid
        find = partial(_same_plain_pair, concerns)

    def walk(data: Any, pointer: str, out: Faults) -> None:
        if pair := find(data):
            out.append((pointer, "must NOT have duplicate items (items ## {} and {} are identical)".format(*pair)))

    return walk


def _unequal(_data: list[Any]) -> tuple[int, int] | None:
    return None


def _same_pair(data: list[Any]) -> tuple[int, int] | None:
    """The last item that has an equal before it, and the nearest such."""
    # By hash: comparing each with each would grow with the square of a client's array.
    last: dict[Any, int] = {}
    pair: tuple[int, int] | None = None
    for i, item in enumerate(data):
        key = _comparable(item)
        if key in last:
            pair = last[key], i
        last[key] = i
    return pair


def _comparable(value: Any) -> Any:
    """Equal for equal JSON values, and hashable: ``1`` is ``1.0`` and not ``true``; members have no order."""
    if is_object(value):
        return "object", frozenset((name, _comparable(inner)) for name, inner in value.items())
    if is_array(value):
        return "array", tuple(_comparable(inner) for inner in value)
    return isinstance(value, bool), value


def _same_plain_pair(concerns: Callable[[Any], bool], data: list[Any]) -> tuple[int, int] | None:
    seen: dict[tuple[bool, Any], int] = {}
    for i in range(len(data) - 1, -1, -1):
        if concerns(data[i]):
            key = (isinstance(data[i], bool), data[i])
            if key in seen:
                return seen[key], i
            seen[key] = i
    return None
