"""The questions of a first shop as fields of a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gerai.doors.console.cells import InputField
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.first_shop import FirstQuestion

_AMOUNTS: Final = frozenset({"price"})


def inputs(
    questions: Iterable[FirstQuestion], words: DeskWords, filled: Mapping[str, str],
    faults: Mapping[str, Sequence[str]],
) -> list[InputField]:  # fmt: skip
    """A field for each."""
    return [
        InputField(
            one.name, words.of(one.text), "amount" if one.name in _AMOUNTS else "text", filled.get(one.name, ""),
            True, one.example, (), faults.get(one.name, ()),
        )
        for one in questions
    ]  # fmt: skip
