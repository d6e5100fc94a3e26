"""A link to PostgreSQL that can be broken: a Unix socket of its own that passes bytes on, refuses, or keeps them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, unquote

from gerai.store.embedded_host import remove_tree

#: ``passing``; ``refusing``: connections are cut and no new one is taken; ``frozen``: they stay, and no byte moves;
#: ``starting``: they are cut, and a new one is answered as by a server that recovers.
LinkState = Literal["passing", "refusing", "frozen", "starting"]
_STARTING: Final = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
_SOCKET: Final = ".s.PGSQL.5432"
_HOST: Final = re.compile(r"(?<=[?&]host=)[^&]+")


class DatabaseLink:
    """``dsn`` leads over it. :meth:`set` may be called from any thread."""

    def __init__(self, dsn: str, folder: Path) -> None:
        found = _HOST.search(dsn)
        if found is None:
            raise ValueError("not the address of an embedded database")
        self._target = str(Path(unquote(found[0])) / _SOCKET)
        self._socket = str(folder / _SOCKET)
        self.dsn = _HOST.sub(quote(str(folder), safe=""), dsn)
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._starting = False
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def set(self, state: LinkState) -> None:
        """Change what the link does, at once."""
        asyncio.run_coroutine_threadsafe(self._set(state), self._loop).result(10)

    @contextmanager
    def running(self) -> Generator[DatabaseLink]:
        """Passing bytes on, in a thread of its own, until the end of the block."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        self.set("passing")
        try:
            yield self
        finally:
            self.set("refusing")
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10)
            self._loop.close()

    async def _set(self, state: LinkState) -> None:
        self._starting = state == "starting"
        if state in ("refusing", "starting"):
            if self._server is not None:
                self._server.close()
                self._server = None
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._socket)
            # Whoever waits for the link to thaw must see that it is cut.
            self._open.set()
            for writer in list(self._writers):
                writer.transport.abort()
            while self._writers:  # noqa: ASYNC110 - a connection's end has no event
                await asyncio.sleep(0.01)
            if state == "refusing":
                return
        if state == "frozen":
            self._open.clear()
        else:
            self._open.set()
        if self._server is None:
            self._server = await asyncio.start_unix_server(self._connected, self._socket)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        there: asyncio.StreamWriter | None = None
        try:
            if self._starting:
                await reader.read(1024)
                # Its kind, its length with the length's own four bytes, and the server's sentence.
                writer.write(b"E" + (len(_STARTING) + 4).to_bytes(4, "big") + _STARTING)
                await writer.drain()
                return
            await self._open.wait()
            answers, there = await asyncio.open_unix_connection(self._target)
            self._writers.add(there)
            await asyncio.gather(self._pass(reader, there), self._pass(answers, writer))
        except OSError:
            pass
        finally:
            for each in (writer, there):
                if each is None:
                    continue
                if self._starting:
                    # What was said goes out first.
                    each.close()
                else:
                    each.transport.abort()
                self._writers.discard(each)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        # One side has ended: the other one learns it.
        writer.transport.abort()


@contextmanager
def database_link(dsn: str) -> Generator[DatabaseLink]:
    """A link to this embedded database, passing at first."""
    folder = Path(tempfile.mkdtemp(prefix="gerai-link-", dir="/tmp"))
    try:
        with DatabaseLink(dsn, folder).running() as link:
            yield link
    finally:
        remove_tree(folder)
