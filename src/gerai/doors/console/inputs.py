"""The fields of a form, and how a value stands in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

import msgspec
from msgspec import Meta

from gerai.domain import money
from gerai.doors.console.cells import HIDDEN
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.fields import words_of
from gerai.engine.desk.read import Field, choices_of, fields_of

#: Fields that are asked for by the page itself.
_PAGING: Final = frozenset({"after", "limit"})
#: A text that may be so long is typed in many lines.
_MANY_LINES: Final = 10_000


@dataclass(frozen=True)
class InputField:
    """A field of a form. ``kind``: text | long | number | amount | choice | yes_no | hidden | file | pick (a thing by
    its name, with ``choices`` to begin with) | ticks (several of the ``choices``) | only (there is this one alone) |
    rows (of several things, in ``rows``).
    ``choices``: value and text of each. ``faults``: what is wrong with what was sent. ``hint``: what else there is to
    know of it; ``url``: where there are more to choose from."""

    name: str
    label: str
    kind: str
    value: str
    required: bool
    example: str
    choices: Sequence[tuple[str, str]]
    faults: Sequence[str]
    many: bool = False
    hint: str = ""
    url: str = ""
    rows: Sequence[Sequence[InputField]] = ()

    @property
    def ticked(self) -> list[str]:
        """What is chosen of several."""
        return [one.strip() for one in self.value.split(",")]


def inputs_of(
    struct: type[msgspec.Struct], words: DeskWords, filled: dict[str, str], faults: dict[str, list[str]], examples: Any
) -> list[InputField]:
    """The fields of a form, with what is in them."""
    titles, found = words_of(struct), list[InputField]()
    for field in fields_of(struct):
        if field.name in _PAGING:
            continue
        title = words.of(titles[field.name]) if field.name in titles else field.name
        kind, choices = _kind_of(field, words)
        example = examples(struct, field.name)
        shown = "" if example is None else _typed(field, example, words)
        value, wrong = filled.get(field.name, ""), faults.get(field.name, [])
        found.append(InputField(field.name, title, kind, value, field.required, shown, choices, wrong, field.is_list))
    return found


def typed(field: Field, value: Any) -> str:
    """A value as it stands in a form: amounts in rupiah."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.is_amount and isinstance(value, int):
        return money.typed(value)
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)) and all(isinstance(one, str | int) for one in cast("list[Any]", value)):
        return ", ".join(map(str, cast("list[Any]", value)))
    return msgspec.json.encode(value).decode()


def _kind_of(field: Field, words: DeskWords) -> tuple[str, Sequence[tuple[str, str]]]:
    if field.name in HIDDEN:
        return "hidden", ()
    if field.plain is bool:
        return "yes_no", (("yes", words("yes")), ("no", words("no")))
    if choices := choices_of(field.plain):
        return "choice", tuple((one, words.word(field.name, one)) for one in choices)
    if field.is_amount:
        return "amount", ()
    if field.plain is int:
        return "number", ()
    if field.plain is date:
        return "date", ()
    if field.is_file:
        return "file", ()
    if field.plain is str and _is_long(field):
        return "long", ()
    if field.is_list or field.plain is str:
        return "text", ()
    return "long", ()


def _is_long(field: Field) -> bool:
    """Whether it takes a text of many lines."""
    marks: tuple[Any, ...] = getattr(field.type, "__metadata__", ())
    return any(isinstance(mark, Meta) and (mark.max_length or 0) >= _MANY_LINES for mark in marks)


def _typed(field: Field, example: Any, words: DeskWords) -> str:
    return words.word(field.name, str(example)) if choices_of(field.plain) else typed(field, example)
