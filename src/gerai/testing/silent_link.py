"""A link to PostgreSQL that can fall silent without breaking, as behind a router that forgot it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

_SOCKET: Final = ".s.PGSQL.5432"
#: What names the connection that listens.
_LISTENS: Final = b"LISTEN "


class SilentLink:
    """A proxy before the database ``dsn`` names; ``dsn`` of the proxy itself leads through it.

    While ``swallows`` is "listening", what goes over connections that listen is swallowed in both directions; while it
    is "everything", so is what goes over any connection, new ones too. Nobody is hung up on.
    """

    def __init__(self, dsn: str, folder: Path) -> None:
        self.swallows = ""
        self._facts = conninfo_to_dict(dsn)
        self._folder = folder
        self.dsn = (
            f"postgresql://{quote(str(self._facts['user']))}:{quote(str(self._facts['password']))}@/"
            f"{self._facts['dbname']}?host={quote(str(folder), safe='')}&port=5432"
        )

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[SilentLink]:
        """Serve until the end of the block."""
        server = await asyncio.start_unix_server(self._serve, self._folder / _SOCKET)
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = f"{self._facts['host']}/{_SOCKET}"
        listens = asyncio.Event()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            from_server, to_server = await asyncio.open_unix_connection(there)
            await asyncio.gather(self._pump(reader, to_server, listens), self._pump(from_server, writer, listens))

    async def _pump(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, listens: asyncio.Event) -> None:
        try:
            while data := await source.read(65_536):
                if _LISTENS in data:
                    listens.set()
                if self.swallows == "everything" or (self.swallows == "listening" and listens.is_set()):
                    continue
                to.write(data)
                await to.drain()
        finally:
            to.close()
