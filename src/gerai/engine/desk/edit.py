"""Changing a record by what was given of it, if it is as it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.refusals import ChangedMeanwhile, NotFound
from gerai.engine.desk.fields import Seen, seen_of

Record = TypeVar("Record", bound=msgspec.Struct)
#: They say which record, and how it was seen.
_ABOUT_IT = frozenset({"id", "seen"})


def edited(record: Record, given: msgspec.Struct, **named: str) -> tuple[Record, dict[str, Any]]:
    """The record with every given field of its own, and what that changed: ``{"name": ["old", "new"]}``, as the audit
    keeps it. ``named``: fields that are called otherwise by whoever changes them, ``{given: record's}``. What is given
    and no field of the record is left to the caller."""
    columns = {name: named.get(name, name) for name in given.__struct_fields__ if name not in _ABOUT_IT}
    wanted = {
        name: value
        for name, column in columns.items()
        if column in record.__struct_fields__ and (value := getattr(given, name)) is not UNSET
    }
    changes = {
        name: [msgspec.to_builtins(before), msgspec.to_builtins(value)]
        for name, value in wanted.items()
        if (before := getattr(record, columns[name])) != value
    }
    return msgspec.structs.replace(record, **{columns[name]: value for name, value in wanted.items()}), changes


def found_in(known: Mapping[int, Record], thing: str, id: int, seen: Seen | UnsetType = UNSET) -> Record:
    """The one with this id. Refuses NotFound, and ChangedMeanwhile: it does not look as it was seen."""
    there = known.get(id)
    if there is None:
        raise NotFound(thing, str(id))
    if seen is not UNSET and seen != seen_of(there):
        raise ChangedMeanwhile(thing, str(id))
    return there
