"""What checking a schema consists of: walks that report faults, and the helpers every keyword uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

#: Where (a JSON pointer) and what, in Ajv's words.
Fault = tuple[str, str]
Walk = Callable[[Any, str, list[Fault]], None]
#: Compiles an inner schema.
Node = Callable[[Any], Walk]
Schema = dict[str, Any]


def passes(data: Any, pointer: str, out: list[Fault]) -> None:
    """The walk of a schema that allows everything."""


def says(text: str) -> Walk:
    """A walk that reports one text, whatever it is shown."""
    return lambda _data, pointer, out: out.append((pointer, text))


def faults(walk: Walk, data: Any, pointer: str) -> list[Fault]:
    """What a walk reports, apart."""
    found: list[Fault] = []
    walk(data, pointer, found)
    return found


def under(pointer: str, name: str) -> str:
    """The pointer to a member of an object."""
    return pointer + "/" + name.replace("~", "~0").replace("/", "~1")


def js_keys(names: dict[str, Any]) -> list[str]:
    """Keys in JavaScript's order: array indexes first, ascending, then the others as they came."""
    indexes = [n for n in names if len(n) < 11 and n.isascii() and n.isdigit() and str(int(n)) == n]
    if not indexes:
        return list(names)
    return sorted(indexes, key=int) + [n for n in names if n not in set(indexes)]


def matcher(pattern: str) -> Callable[[Any], bool]:
    """Whether a name matches (ECMAScript regular expressions, unanchored)."""
    return jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid
