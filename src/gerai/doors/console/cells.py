"""How a value of a row, or of a form, is shown to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, cast

import msgspec
from msgspec import Meta

from gerai.domain import money
from gerai.domain.money import percent
from gerai.doors.console.order_words import parted
from gerai.doors.console.tones import tone_of
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.fields import words_of
from gerai.engine.desk.read import Field, choices_of, fields_of
from gerai.engine.desk.registry import acts, views
from gerai.kit.bilingual import Bilingual

#: Not for people: what goes with the form that changes what was seen, and what a row's links are made of.
_HIDDEN: Final = frozenset({"seen", "can", "things"})
#: What something is called in the code, where it has a name for people beside it.
_OF_THE_CODE: Final = frozenset({"invariant"})
#: Of what a field is the name, and which field has the id by which that is seen; a row that has both shows the name.
_NAMES: Final = {
    "order": ("orders", "order_id"), "payment": ("payments", "payment_id"),
}  # fmt: skip
#: Where an id leads that has no name beside it.
_IDS: Final = {
    "order_id": "orders", "payment_id": "payments", "deposit_id": "topups", "member_id": "members", "proofs": "proofs",
    "variant_id": "variants", "product_id": "products", "bundle_id": "bundles",
}  # fmt: skip
#: Fields that are asked for by the page itself.
_PAGING: Final = frozenset({"after", "limit"})
#: A text that may be so long is typed in many lines.
_MANY_LINES: Final = 10_000
#: A text longer than this has a box of its own.
_LONG: Final = 300
#: A table with more columns than this does not fit beside the menu of a laptop: its rows are cards there, too.
MOST_COLUMNS: Final = 7
#: Letters of the longest word that a column of a table has room for.
_LONG_WORD: Final = 24


#: States, and words of our own for kinds of things.
_PILLS: Final = frozenset({"status", "state", "role", "payment_status", "order_status", "kind", "sent_by"})


@dataclass(frozen=True)
class Cell:
    """A value as it is shown. ``kind``: text | none | amount | number | pill | time | id | code | table; ``tone`` of a
    pill; ``at``: of a time, for machines; ``titles`` and ``rows`` of a table; ``leads_to``: of what it is the name or
    the id, and that id; empty: of nothing that can be seen; ``parts``: of a long number, the beginning, which may be
    cut, and its end."""

    text: str
    kind: str = "text"
    tone: str = "calm"
    at: str = ""
    titles: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    leads_to: str = ""
    parts: Sequence[str] = ()

    @property
    def is_long(self) -> bool:
        """Whether there is a word in it that no column is wide enough for: an address, a key."""
        return any(len(word) > _LONG_WORD for word in self.text.split())

    @property
    def is_wide(self) -> bool:
        """Whether it is a table with too many columns."""
        return len(self.titles) > MOST_COLUMNS


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


def columns_of(struct: type[msgspec.Struct], words: DeskWords) -> list[tuple[str, str]]:
    """Name and title of what is shown of a row."""
    titles, names = words_of(struct), [field.name for field in fields_of(struct)]
    hidden = _HIDDEN | _OF_THE_CODE | {id_field for name, (_, id_field) in _NAMES.items() if name in names}
    return [(name, words.of(titles[name])) for name in names if name not in hidden and name in titles]


def row_cells(
    row: msgspec.Struct, columns: Sequence[tuple[str, str]], words: DeskWords, things: str = ""
) -> list[Cell]:
    """The values of a row, with where they lead. ``things``: what the row is one of, where its own id leads, too."""
    leads = {**_IDS, "id": things}
    return [replace(cell(name, getattr(row, name), words), leads_to=_leads_to(row, name, leads)) for name, _ in columns]


def _leads_to(row: msgspec.Struct, name: str, leads: Mapping[str, str]) -> str:
    things, id_field = _NAMES.get(name, (leads.get(name, ""), name))
    number = getattr(row, id_field, None)
    if isinstance(number, tuple) and len(cast("tuple[Any, ...]", number)) == 1:
        [number] = cast("tuple[Any]", number)
    named = f"{things}.show" in views() and isinstance(number, int) and bool(getattr(row, name, None))
    return f"{things}/{number}" if named else ""


def cell(name: str, value: Any, words: DeskWords) -> Cell:
    """A value of a row."""
    match value:
        case None | "" | ():
            return Cell(words("none"), "none")
        case dict() | list() if not value:
            return Cell(words("none"), "none")
        case True if name == "late":
            return Cell(words("yes"), "pill", tone_of(name))
        case bool():
            return Cell(words("yes" if value else "no"), "pill", "good" if value else "calm")
        case int() if name.endswith("_sen"):
            return Cell(words.amount(value), "amount")
        case int() if name.endswith("_bp"):
            return Cell(percent(value), "number")
        case int():
            return Cell(str(value), "id" if name == "id" else "number")
        case datetime():
            return Cell(words.time(value), "time", at=value.isoformat())
        case date():
            return Cell(words.date(value), "time", at=value.isoformat())
        case Bilingual():
            return Cell(words.of(value))
        case str() if name in _PILLS:
            kind = name if words.knows(name, value) else "status"
            return Cell(words.word(kind, value), "pill", tone_of(value))
        case str() if name in _NAMES:
            begin, end = parted(value)
            return Cell(value, parts=(begin, end) if end else ())
        case str() if name == "act" and value in acts():
            return Cell(words.of(acts()[value].title))
        case str() if name == "actor":
            return Cell(words.who(value))
        case str():
            kind, blank, which = value.partition(" ")
            return Cell(f"{words.word(name, kind)}{blank}{which}" if words.knows(name, kind) else value)
        case tuple() | list() if all(isinstance(one, str | int) for one in cast("list[Any]", value)):
            return Cell(", ".join(map(str, cast("list[Any]", value))))
        case dict() if all(isinstance(one, str | int) for one in cast("dict[str, Any]", value).values()):
            return Cell(_facts(cast("dict[str, Any]", value), words))
        case msgspec.Struct():
            return _table(name, [value], words)
        case tuple() | list() if all(isinstance(one, msgspec.Struct) for one in cast("list[Any]", value)):
            return _table(name, cast("list[msgspec.Struct]", value), words)
        case _:
            return Cell(raw(value), "code")


def _facts(facts: Mapping[str, Any], words: DeskWords) -> str:
    """Facts by their names, where there is a name; what is empty says nothing."""
    told = {key: cell(key, value, words).text for key, value in facts.items() if value not in ("", None)}
    names = {key: words.word("audited" if words.knows("audited", key) else "detail", key) for key in told}
    return ", ".join(f"{names[key]}: {text}" for key, text in told.items())


def _table(things: str, values: Sequence[msgspec.Struct], words: DeskWords) -> Cell:
    """Things within a thing, as a table of their own."""
    columns = columns_of(type(values[0]), words)
    if not columns:
        return Cell(raw(values), "code")
    rows = [row_cells(value, columns, words, things) for value in values]
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
        return money.typed(value)
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)) and all(isinstance(one, str | int) for one in cast("list[Any]", value)):
        return ", ".join(map(str, cast("list[Any]", value)))
    return msgspec.json.encode(value).decode()


def _kind_of(field: Field, words: DeskWords) -> tuple[str, Sequence[tuple[str, str]]]:
    if field.name in _HIDDEN:
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
