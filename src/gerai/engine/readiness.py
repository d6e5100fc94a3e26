"""Whether an engine can serve requests now."""

from __future__ import annotations

import asyncio
from typing import Final

from gerai.engine.core import Engine
from gerai.store import readiness as sql
from gerai.store.connection import DatabaseError
from gerai.store.faults import fault_of

_WITHIN_S: Final = 0.8
#: A writer without work cannot notice that the database is able again; its last failure counts only for so long.
_FAILED_WITHIN_S: Final = 5.0


async def unready(engine: Engine) -> str | None:
    """Why not, in one word: of ``gerai.store.faults`` what the database lacks, ``migrations``, ``slow`` or ``stopped``;
    None when it can."""
    if not engine.alive:
        return "stopped"
    if (fault := engine.writer.database.failed_within(_FAILED_WITHIN_S)) is not None:
        return fault.value
    try:
        async with asyncio.timeout(_WITHIN_S), engine.connection(_WITHIN_S) as connection:
            return await sql.lacks(connection)
    except TimeoutError:
        return "slow"
    except DatabaseError as error:
        return fault_of(error).value
