"""How a value of a row is shown to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, cast

import msgspec

from gerai.domain.money import percent
from gerai.doors.console.order_words import parted
from gerai.doors.console.tones import tone_of
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.fields import words_of
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import acts, views
from gerai.kit.bilingual import Bilingual

#: Not for people: what goes with the form that changes what was seen, and what a row's links are made of.
HIDDEN: Final = frozenset({"seen", "can", "things"})
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


def columns_of(struct: type[msgspec.Struct], words: DeskWords) -> list[tuple[str, str]]:
    """Name and title of what is shown of a row."""
    titles, names = words_of(struct), [field.name for field in fields_of(struct)]
    hidden = HIDDEN | _OF_THE_CODE | {id_field for name, (_, id_field) in _NAMES.items() if name in names}
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
