"""The fields of filters, inputs and rows: their types with bounds, and their words in both languages.

A name that ends in ``_sen`` is an amount in sen: faces for people show and take it in rupiah.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final, get_type_hints

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gerai.kit.bilingual import Bilingual

#: The largest id, and the largest amount, that a column holds.
LARGEST: Final = 2**63 - 1
#: A hundred million rupiah times a thousand: no price is larger, and a thousand of them can be added up.
_LARGEST_PRICE_SEN: Final = 10**13
#: Rows of one page of a list.
LARGEST_PAGE: Final = 200

#: The very end of a text: ``$`` also stands before a line's end.
END: Final = r"(?![\s\S])"

Id = Annotated[int, Meta(ge=1, le=LARGEST)]
#: Of a filter: of one, or of any of them.
IdOrAny = Annotated[int, Meta(ge=0, le=LARGEST)]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Text = Annotated[str, Meta(max_length=2000)]
Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*" + END)]
PriceSen = Annotated[int, Meta(ge=0, le=_LARGEST_PRICE_SEN)]
AmountSen = Annotated[int, Meta(ge=1, le=_LARGEST_PRICE_SEN)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Limit = Annotated[int, Meta(ge=1, le=LARGEST_PAGE)]
Seen = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}" + END)]
#: As a file has it: a spreadsheet would take some of them for numbers.
SeenInFile = Annotated[str, Meta(pattern=r"^x[0-9a-f]{16}" + END)]


def words(id: str, en: str, example: Any = None) -> Meta:
    """A field's name for people, in both languages, and a value as it may stand there."""
    return Meta(description=en, examples=None if example is None else [example], extra={"words": Bilingual(id, en)})


class Refers(msgspec.Struct, frozen=True):
    """What a field names: one of these ``things``, by what the rows of their list are known by. ``alone``: where the
    shop has one of them only, that one is meant."""

    things: tuple[str, ...]
    alone: bool = False


def refers(*things: str, alone: bool = False) -> Meta:
    """That a field names one of these things (``engine/desk/pick.py``)."""
    return Meta(extra={"refers": Refers(things, alone)})


def example_of(struct: type[msgspec.Struct], name: str) -> Any:
    """A value as it may stand in this field; None: its words give none."""
    hint = get_type_hints(struct, include_extras=True)[name]
    marks: tuple[Any, ...] = getattr(hint, "__metadata__", ())
    found = [example for mark in marks if isinstance(mark, Meta) for example in mark.examples or ()]
    return found[-1] if found else None


def words_of(struct: type[msgspec.Struct]) -> dict[str, Bilingual]:
    """The words of a struct's fields, by name."""
    return _marked(struct, "words")


def refers_of(struct: type[msgspec.Struct]) -> dict[str, Refers]:
    """What a struct's fields name, of those that name something, by name."""
    return _marked(struct, "refers")


def _marked(struct: type[msgspec.Struct], what: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(struct, include_extras=True).items():
        for mark in getattr(hint, "__metadata__", ()):
            if isinstance(mark, Meta) and mark.extra and what in mark.extra:
                found[name] = mark.extra[what]
    return found


def seen_of(*records: Any) -> str:
    """What a record looked like: whoever changes it names this, and is refused when it looks otherwise by then."""
    return hashlib.sha256(msgspec.json.encode(records, order="sorted")).hexdigest()[:16]


def written_seen(seen: str) -> str:
    """As a file has it."""
    return f"x{seen}"


class ById(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing, and nothing else to say of it."""

    id: Annotated[Id, words("Nomor", "Id")]


class Edit(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what changes a thing: what is not given stays. ``seen``: how it looked to whoever changes it; not given:
    however it looks."""

    seen: Annotated[Seen | UnsetType, words("Terakhir dilihat", "As it was seen")] = UNSET
