"""PostgreSQL arrays in binary, packed a whole column at a time.

psycopg packs lists element by element and looks at each one's type first; a batch knows its column types, so packing
here costs about a quarter of that (docs/explanation/speed.md). The wire format is PostgreSQL's ``array_recv``: a header
(dimensions, has-nulls flag, element type, length, lower bound), then each element with its length before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct
from typing import Any, Final

from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER: Final = Struct("!5i")
_LENGTH: Final = Struct("!i").pack
_NULL: Final = _LENGTH(-1)
#: PostgreSQL counts time from here.
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_INT4: Final = 23
_INT8: Final = 20
_TEXT: Final = 25
_BYTEA: Final = 17
_TIMESTAMPTZ: Final = 1184


class Packed:
    """A column ready to be sent. One subclass per element type, so that psycopg knows the array's type."""

    __slots__ = ("data",)
    element_oid = 0

    def __init__(self, data: bytes) -> None:
        self.data = data


class PackedInt4(Packed):
    element_oid = _INT4


class PackedInt8(Packed):
    element_oid = _INT8


class PackedText(Packed):
    element_oid = _TEXT


class PackedBytes(Packed):
    element_oid = _BYTEA


class PackedTimes(Packed):
    element_oid = _TIMESTAMPTZ


def _register(packed: type[Packed], array_oid: int) -> None:
    class PackedDumper(Dumper):
        format = Format.BINARY
        oid = array_oid

        def dump(self, obj: Any) -> bytes:
            return obj.data

    adapters.register_dumper(packed, PackedDumper)


# Object ids of built-in types are the same in every PostgreSQL: int4[], int8[], text[], bytea[], timestamptz[].
for _packed, _array_oid in ((PackedInt4, 1007), (PackedInt8, 1016), (PackedText, 1009), (PackedBytes, 1001)):
    _register(_packed, _array_oid)
_register(PackedTimes, 1185)


# Batches of one size come again and again, so their formats are compiled once.
@lru_cache(maxsize=1024)
def _integers(pairs: str, count: int) -> Struct:
    return Struct("!" + pairs * count)


def _header(values: Sequence[Any], oid: int) -> bytes:
    return _HEADER.pack(1, 1 if None in values else 0, oid, len(values), 1)


def _pack_integers(values: Sequence[int | None], oid: int, code: str, size: int) -> bytes:
    # A NULL has no bytes: one format for the whole column is not possible.
    if None in values:
        one = Struct("!i" + code).pack
        body = b"".join(_NULL if value is None else one(size, value) for value in values)
    else:
        # Size, value, size, value … as the wire wants it, packed by one call instead of one per row.
        interleaved: list[Any] = [size] * (2 * len(values))
        interleaved[1::2] = values
        body = _integers("i" + code, len(values)).pack(*interleaved)
    return _header(values, oid) + body


def _pack_chunks(values: Sequence[Any], oid: int, encode: Callable[[Any], bytes]) -> bytes:
    if values and (first := values[0]) is not None and values.count(first) == len(values):
        # Much of a batch is the same in every row: environment, channel, status …
        raw = encode(first)
        return _header(values, oid) + (_LENGTH(len(raw)) + raw) * len(values)
    parts = [_header(values, oid)]
    append = parts.append
    for value in values:
        if value is None:
            append(_NULL)
        else:
            raw = encode(value)
            append(_LENGTH(len(raw)))
            append(raw)
    return b"".join(parts)


def _microseconds(at: datetime | None) -> int | None:
    if at is None:
        return None
    since = at - _EPOCH
    # In integers: seconds as a float are not exact to the microsecond.
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def pack(type_name: str, values: Sequence[Any]) -> Packed:
    """A column of ``int4``, ``int8``, ``text``, ``json`` or ``jsonb`` (encoded already, as bytes), ``bytea`` or
    ``timestamptz`` (aware datetimes); None is NULL."""
    match type_name:
        case "int8":
            return PackedInt8(_pack_integers(values, _INT8, "q", 8))
        case "int4":
            return PackedInt4(_pack_integers(values, _INT4, "i", 4))
        case "text":
            return PackedText(_pack_chunks(values, _TEXT, str.encode))
        case "json" | "jsonb":
            return PackedText(_pack_chunks(values, _TEXT, bytes))
        case "bytea":
            return PackedBytes(_pack_chunks(values, _BYTEA, bytes))
        case "timestamptz":
            # A batch has one moment per merchant, so most columns of times hold a single value.
            same = not values or values.count(values[0]) == len(values)
            moments = (
                [_microseconds(value) for value in values[:1]] * len(values)
                if same
                else [_microseconds(v) for v in values]
            )
            return PackedTimes(_pack_integers(moments, _TIMESTAMPTZ, "q", 8))
        case _:
            raise ValueError(f"no array packing for {type_name}")


#: What a statement of the hot path takes.
Parameter = Packed | int | str
_int8: Final = Struct("!q").pack


def wire_bytes(value: Parameter) -> bytes:
    """A parameter in binary: a packed column, an ``int8`` or a ``text``."""
    if isinstance(value, Packed):
        return value.data
    return _int8(value) if isinstance(value, int) else value.encode()
