"""The questions of a first shop as fields of a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gerai.doors.console.inputs import InputField
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.first_places import SEVERAL, places_like
from gerai.engine.desk.first_questions import FirstQuestion
from gerai.engine.shipping.places import Gazetteer

#: What nearly every seller leaves as it is stands there already.
_FILLED: Final = frozenset({"weight", "stock", "courier", "shipping"})


def inputs(
    questions: Iterable[FirstQuestion], words: DeskWords, filled: Mapping[str, str],
    faults: Mapping[str, Sequence[str]],
) -> list[InputField]:  # fmt: skip
    """A field for each."""
    return [
        InputField(
            one.name, words.of(one.text), one.kind,
            filled.get(one.name, one.default(filled) if one.name in _FILLED else ""),
            not one.optional, one.default(filled) if one.name == "item" else one.example, (), faults.get(one.name, ()),
        )
        for one in questions
    ]  # fmt: skip


def with_places(
    fields: Sequence[InputField], places: Gazetteer, faults: Mapping[str, Sequence[str]]
) -> list[InputField]:
    """The same; where several districts are called as somebody typed, they choose."""
    if SEVERAL not in faults.get("from", ()):
        return [*fields]

    def choosing(field: InputField) -> InputField:
        found = places_like(places, field.value)
        return replace(field, kind="choice", choices=[(str(one.location_id), one.display) for one in found])

    return [choosing(field) if field.name == "from" else field for field in fields]
