"""Has papers set by a program of its own, and keeps them for a short time.

Setting one takes a tenth of a second of a processor and a library that is written in another language. So it is done by
another process, below everybody's priority, one paper at a time, and ended when it takes too long: whatever a paper
does there, orders are served as before. A paper of many lines takes seconds: merchants take turns, so that others wait
for one such paper, not for all of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import subprocess
import sys
import time
from collections import OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import util
from pathlib import Path
from typing import Final, Literal

from gerai.domain.refusals import Busy

_PROGRAM: Final = Path(__file__).with_name("typeset.py")
#: Those that stand beside the program: an order's paper, and a table of the desk.
Template = Literal["paper", "sheet"]
_LIMIT_S: Final = 15
#: A paper is asked for again when a download is tried twice, or by two readers of one page.
_KEPT_S: Final = 60
_KEPT_BYTES: Final = 8 * 1024 * 1024
#: All that the program needs of the environment: no secret of the server's, no proxy, no home.
_PASSED_ON: Final = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONPYCACHEPREFIX",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "TMPDIR",
)
_EXCEPTION: Final = re.compile(rb"^([A-Za-z_.]{1,60})(?::|$)", re.MULTILINE)


class SettingFailed(Exception):
    """A paper could not be set: a failure of ours, without any of its texts."""


@cache
def can_set() -> bool:
    """Whether papers can be made here: the extra ``pdf`` is installed."""
    return util.find_spec("typst") is not None


class Typesetter:
    """Papers to be set, one at a time, merchants in turns. ``kept_bytes``: how much of what was set is kept, for
    ``kept_s``; ``limit_s``: how long setting one may take."""

    def __init__(self, *, kept_bytes: int = _KEPT_BYTES, kept_s: float = _KEPT_S, limit_s: float = _LIMIT_S) -> None:
        self._kept_bytes, self._kept_s, self._limit_s = kept_bytes, kept_s, limit_s
        self._kept: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self._making: dict[bytes, tuple[int, asyncio.Task[bytes]]] = {}
        self._setting = False
        #: Who waits for their turn, by merchant, whose turn is next first.
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gerai-paper")
        #: How many were set so far.
        self.made = 0

    def require_room(self, merchant_id: int, waiting: int) -> None:
        """Busy when ``waiting`` papers are being made; for a merchant with none of them, when twice as many are."""
        most = waiting if any(of == merchant_id for of, _ in self._making.values()) else 2 * waiting
        if len(self._making) >= most:
            raise Busy(2)

    async def pdf(self, source: bytes, merchant_id: int, waiting: int, template: Template = "paper") -> bytes:
        """The PDF of a paper's JSON, in its merchant's turn. Who asks for the same at once waits for the same. Busy: as
        :meth:`require_room`. SettingFailed."""
        key = hashlib.sha256(template.encode() + b"\n" + source).digest()
        if (found := self._found(key)) is not None:
            return found
        if key not in self._making:
            self.require_room(merchant_id, waiting)
            made = asyncio.create_task(self._in_turn(source, merchant_id, template))
            self._making[key] = merchant_id, made
            made.add_done_callback(lambda done: self._keep(key, done))
        _, making = self._making[key]
        # Whoever was first may go away meanwhile.
        return await asyncio.shield(making)

    async def _in_turn(self, source: bytes, merchant_id: int, template: Template) -> bytes:
        loop = asyncio.get_running_loop()
        if self._setting:
            turn: asyncio.Future[None] = loop.create_future()
            self._waiting.setdefault(merchant_id, deque()).append(turn)
            await turn
        self._setting = True
        try:
            return await loop.run_in_executor(self._thread, self._set, source, template)
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        """The next merchant's turn; whoever has more that waits comes after all others again."""
        while self._waiting:
            merchant_id, line = self._waiting.popitem(last=False)
            turn = line.popleft()
            if line:
                self._waiting[merchant_id] = line
            # One that was cancelled, as when the server stops, takes no turn.
            if not turn.done():
                turn.set_result(None)
                return
        self._setting = False

    def _found(self, key: bytes) -> bytes | None:
        """What is kept of it, after what is too old was let go."""
        now = time.monotonic()
        while self._kept and next(iter(self._kept.values()))[0] <= now:
            self._kept.popitem(last=False)
        kept = self._kept.get(key)
        return None if kept is None else kept[1]

    def _keep(self, key: bytes, done: asyncio.Task[bytes]) -> None:
        del self._making[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[key] = (time.monotonic() + self._kept_s, done.result())
        while sum(len(pdf) for _, pdf in self._kept.values()) > self._kept_bytes:
            self._kept.popitem(last=False)

    def _set(self, source: bytes, template: Template) -> bytes:
        """Run the program on one paper (in the thread)."""
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            ended = subprocess.run(
                [sys.executable, "-P", str(_PROGRAM), template],
                input=source,
                # One thread of its own: the others are for those who wait for orders.
                env=environment | {"RAYON_NUM_THREADS": "1"},
                capture_output=True,
                timeout=self._limit_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            # Its exception would hold the texts of the paper.
            raise SettingFailed(f"not set within {self._limit_s} s") from None
        if ended.returncode or not ended.stdout.startswith(b"%PDF-"):
            raise SettingFailed(f"the program ended with {ended.returncode} ({_kind_of(ended.stderr)})")
        self.made += 1
        return ended.stdout


def _kind_of(traceback: bytes) -> str:
    """The name of the exception in the last lines of a traceback; its message may quote the paper."""
    found = _EXCEPTION.findall(traceback)
    return found[-1].decode() if found else "no exception"


TYPESETTER: Final = Typesetter()
