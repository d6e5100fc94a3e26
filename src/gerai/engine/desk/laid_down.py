"""Many rows that are read from the database at once and taken slowly: between the two they lie in a file."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Final, TypeVar

import msgspec

from gerai.engine.desk.house import Within
from gerai.store.connection import Connection

Row = TypeVar("Row")
#: What stands before each piece: how many bytes it has.
_LENGTH_BYTES: Final = 8


async def laid_down(
    within: Within, read: Callable[[Connection], AsyncGenerator[Sequence[Row]]], kind: type[Row]
) -> AsyncGenerator[list[Row]]:
    """The pieces that ``read`` finds, of rows of this ``kind``. Its connection is given back before the first is handed
    out: whoever takes a file may take hours."""
    with tempfile.TemporaryFile() as file:
        async with within.engine.connection() as connection:
            async for piece in read(connection):
                content = msgspec.msgpack.encode(piece)
                file.write(len(content).to_bytes(_LENGTH_BYTES, "big") + content)
        file.seek(0)
        while length := file.read(_LENGTH_BYTES):
            yield msgspec.msgpack.decode(file.read(int.from_bytes(length, "big")), type=list[kind])
