"""How a value of a row, or of a form, is shown to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import UnionType
from typing import Any, Final, Literal, Union, cast, get_args, get_origin

import msgspec

from gerai.doors.console.words import DeskWords
from gerai.engine.desk.fields import words_of
from gerai.engine.desk.read import Field, fields_of

#: Not for people: it goes with the form that changes what was seen.
_HIDDEN: Final = frozenset({"seen"})
#: Fields that are asked for by the page itself.
_PAGING: Final = frozenset({"after", "limit"})
#: A text longer than this has a box of its own.
_LONG: Final = 300
_TONES: Final = {
    "good": ("paid", "completed", "succeeded", "delivered", "active", "settled", "live", "owner", "done", "booked"),
    "wait": ("pending", "unpaid", "waiting", "sending", "unknown", "held", "operator", "partial", "requested"),
    "run": ("processing", "shipping", "shipped", "in_process", "open", "handed_over", "in_transit"),
    "act": ("confirmed", "ready"),
    "bad": (
        "failed",
        "late",
        "mismatch",
        "disabled",
        "blocked",
        "revoked",
        "returned",
        "conflict",
        "problem",
        "returning",
    ),
}
_TONE_OF: Final = {word: tone for tone, words in _TONES.items() for word in words}


@dataclass(frozen=True)
class Cell:
    """A value as it is shown. ``kind``: text | amount | number | pill | time | id | code | table; ``tone`` of a pill;
    ``at``: of a time, for machines; ``titles`` and ``rows`` of a table."""

    text: str
    kind: str = "text"
    tone: str = "calm"
    at: str = ""
    titles: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()


@dataclass(frozen=True)
class InputField:
    """A field of a form. ``kind``: text | long | number | amount | choice | yes_no | hidden. ``choices``: value and
    text of each. ``faults``: what is wrong with what was sent."""

    name: str
    label: str
    kind: str
    value: str
    required: bool
    example: str
    choices: Sequence[tuple[str, str]]
    faults: Sequence[str]
    many: bool = False


def columns_of(struct: type[msgspec.Struct], words: DeskWords) -> list[tuple[str, str]]:
    """Name and title of what is shown of a row."""
    titles = words_of(struct)
    return [(f.name, words.of(titles[f.name])) for f in fields_of(struct) if f.name not in _HIDDEN and f.name in titles]


def cell(name: str, value: Any, words: DeskWords) -> Cell:
    """A value of a row."""
    match value:
        case None | "" | ():
            return Cell(words("none"))
        case dict() | list() if not value:
            return Cell(words("none"))
        case bool():
            return Cell(words("yes" if value else "no"), "pill", "good" if value else "calm")
        case int() if name.endswith("_sen"):
            return Cell(words.amount(value), "amount")
        case int():
            return Cell(str(value), "id" if name == "id" else "number")
        case datetime():
            return Cell(words.time(value), "time", at=value.isoformat())
        case date():
            return Cell(words.date(value), "time", at=value.isoformat())
        case str() if name in ("status", "state", "role", "payment_status"):
            return Cell(words.word(name, value), "pill", tone_of(value))
        case str():
            return Cell(value)
        case tuple() | list() if all(isinstance(one, str) for one in cast("list[Any]", value)):
            return Cell(", ".join(cast("list[str]", value)))
        case msgspec.Struct():
            return _table([value], words)
        case tuple() | list() if all(isinstance(one, msgspec.Struct) for one in cast("list[Any]", value)):
            return _table(cast("list[msgspec.Struct]", value), words)
        case _:
            return Cell(raw(value), "code")


def tone_of(state: str) -> str:
    """How a state's pill is coloured."""
    return _TONE_OF.get(state, "calm")


def _table(values: Sequence[msgspec.Struct], words: DeskWords) -> Cell:
    """Things within a thing, as a table of their own."""
    columns = columns_of(type(values[0]), words)
    if not columns:
        return Cell(raw(values), "code")
    rows = [[cell(name, getattr(value, name), words) for name, _ in columns] for value in values]
    return Cell("", "table", titles=[title for _, title in columns], rows=rows)


def raw(value: Any) -> str:
    """As it is kept: JSON, line by line."""
    return msgspec.json.format(msgspec.json.encode(value)).decode()


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
        return str(value // 100) if value % 100 == 0 else f"{value / 100:.2f}"
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)) and all(isinstance(one, str) for one in cast("list[Any]", value)):
        return ", ".join(cast("list[str]", value))
    return msgspec.json.encode(value).decode()


def _kind_of(field: Field, words: DeskWords) -> tuple[str, Sequence[tuple[str, str]]]:
    if field.name in _HIDDEN:
        return "hidden", ()
    if field.plain is bool:
        return "yes_no", (("yes", words("yes")), ("no", words("no")))
    if choices := _choices_of(field.plain):
        return "choice", tuple((one, words.word(field.name, one)) for one in choices)
    if field.is_amount:
        return "amount", ()
    if field.plain is int:
        return "number", ()
    if field.plain is date:
        return "date", ()
    if field.is_list or field.plain is str:
        return "text", ()
    return "long", ()


def _choices_of(plain: Any) -> tuple[str, ...]:
    """The words that a field takes and nothing else; that it may be empty needs none."""
    if get_origin(plain) is Literal:
        return tuple(str(one) for one in get_args(plain) if one != "")
    if get_origin(plain) in (Union, UnionType) and all(get_origin(part) is Literal for part in get_args(plain)):
        return tuple(word for part in get_args(plain) for word in _choices_of(part))
    return ()


def _typed(field: Field, example: Any, words: DeskWords) -> str:
    return words.word(field.name, str(example)) if _choices_of(field.plain) else typed(field, example)
