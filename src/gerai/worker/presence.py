"""What each worker keeps in the database about itself: when it last made progress with each kind of work.

Whoever watches reads it there: the metrics of any process, and `gerai doctor`. A worker that is gone, or lives and does
nothing, is noticed because its progress grows old.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Sequence
from typing import Final

import structlog

from gerai.engine.core import Engine
from gerai.engine.outage import DatabaseError
from gerai.engine.worker_beats import note_progress
from gerai.kit.supervise import Supervisor

log = structlog.get_logger("gerai.presence")
_EVERY_S: Final = 10.0
_FIRST_S: Final = 1.0


async def keep_presence(engine: Engine, watch: Supervisor, kinds: Sequence[str], every_s: float = _EVERY_S) -> None:
    """Until cancelled: write down how long ago each of these tasks made progress. One that does not run is left as it
    was."""
    # Machines made from one image may share name and process ids.
    worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    while True:
        silent_s = {kind: watch.silent_s(kind) for kind in kinds}
        try:
            await note_progress(engine, worker, {kind: s for kind, s in silent_s.items() if s is not None})
        except DatabaseError as error:
            log.warning("presence.database", error=str(error))
        # Just started, some have not come to their first look: who looks then shall not find them missing.
        await asyncio.sleep(min(every_s, _FIRST_S) if None in silent_s.values() else every_s)
