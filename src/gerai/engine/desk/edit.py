"""Changing a record by what was given of it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

Record = TypeVar("Record", bound=msgspec.Struct)
#: They say which record, and how it was seen.
_ABOUT_IT = frozenset({"id", "seen"})


def edited(record: Record, given: msgspec.Struct) -> tuple[Record, dict[str, Any]]:
    """The record with every field that is given and has its name, and what that changed: ``{"name": ["old", "new"]}``,
    as the audit keeps it."""
    wanted = {
        name: value
        for name in given.__struct_fields__
        if name not in _ABOUT_IT and (value := getattr(given, name)) is not UNSET
    }
    changes = {
        name: [msgspec.to_builtins(before), msgspec.to_builtins(value)]
        for name, value in wanted.items()
        if (before := getattr(record, name)) != value
    }
    return msgspec.structs.replace(record, **wanted), changes
