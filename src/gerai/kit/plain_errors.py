"""What does not fit a type, in the words of people rather than of types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from gerai.kit.closest import not_known

_WORDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "object": "an object {…}",
    "array": "a list […]",
    "null": "null",
}
_ENUM: Final = re.compile(r"Invalid enum value '(.*?)'(?: - at .*)?")
_FIELD: Final = re.compile(r"Object contains unknown field `(.*?)`(?: - at .*)?")
_BOUND: Final = re.compile(r"Expected `\w+` (>=|<=) (-?\d+)(?: - at .*)?")
_TYPE: Final = re.compile(r"Expected `([\w| ]+)`, got `(\w+)`(?: - at .*)?")


def plain(message: str, wanted: Any) -> str:
    """A complaint of msgspec about a value for the type ``wanted`` as a sentence."""
    if found := _ENUM.fullmatch(message):
        words = [word for one in _parts(wanted) if get_origin(one) is Literal for word in get_args(one)]
        return not_known("value", found[1], words, listed=len(words))
    if found := _FIELD.fullmatch(message):
        structs = [one for one in _parts(wanted) if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        names = [name for one in structs for name in one.__struct_fields__]
        return not_known("field", found[1], names, listed=len(names))
    if found := _BOUND.fullmatch(message):
        return f"a number is {found[2]} or {'more' if found[1] == '>=' else 'less'}"
    if found := _TYPE.fullmatch(message):
        expected = " or ".join(_WORDS.get(one.strip(), one) for one in found[1].split("|"))
        return f"{expected} is needed, not {_WORDS.get(found[2], found[2])}"
    if "RFC3339 encoded date" in message:
        return "a moment is written 2026-11-30T08:00:00" if "datetime" in message else "a day is written 2026-11-30"
    return "a name in it is not written as one" if "regex" in message else "it does not fit"


def _parts(wanted: Any) -> Iterator[Any]:
    """The type and the types it is made of."""
    yield wanted
    if get_origin(wanted) is not Literal:
        for one in get_args(wanted):
            yield from _parts(one)
