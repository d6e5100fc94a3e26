"""What checking a schema consists of: walks that report faults, and the helpers every keyword uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import jsonschema_rs

#: Where (a JSON pointer) and what, in Ajv's words.
Fault = tuple[str, str]
#: Patterns are matched in linear time: an engine that backtracks can be made to run for hours by a short text.
PATTERNS: Final = jsonschema_rs.RegexOptions()


class Exhausted(Exception):
    """The walk has done as much work as one document is worth."""


class Faults(list[Fault]):
    """What a walk reports. ``work`` is what is left to do, one entry shared with the lists of inner walks."""

    def __init__(self, work: list[int]) -> None:
        super().__init__()
        self.work = work

    def spend(self, steps: int) -> None:
        """Count work before it is done. Exhausted when there is none left."""
        self.work[0] -= steps
        if self.work[0] < 0:
            raise Exhausted


Walk = Callable[[Any, str, Faults], None]
#: Compiles an inner schema.
Node = Callable[[Any], Walk]
Schema = dict[str, Any]


def passes(data: Any, pointer: str, out: Faults) -> None:
    """The walk of a schema that allows everything."""


def says(text: str) -> Walk:
    """A walk that reports one text, whatever it is shown."""
    return lambda _data, pointer, out: out.append((pointer, text))


def faults(walk: Walk, data: Any, pointer: str, out: Faults) -> Faults:
    """What a walk reports, apart from ``out``, whose work it shares."""
    found = Faults(out.work)
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
    known = set(indexes)
    return sorted(indexes, key=int) + [n for n in names if n not in known]


def matcher(pattern: str) -> Callable[[Any], bool]:
    """Whether a name matches (ECMAScript regular expressions, unanchored)."""
    return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=PATTERNS).is_valid
