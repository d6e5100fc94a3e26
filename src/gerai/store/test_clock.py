"""Test clocks of sandboxes: how they are set, and read. One that stands where no time can be read, as one of another
version or edited by hand may, counts as none: it must stop nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from psycopg import AsyncConnection

#: Ten years.
FURTHEST_OFFSET_S: Final = 315_360_000
#: ``kit.clock.YEARS``, and the hours by which a zone moves them.
_FROZEN_IN_REACH: Final = (
    "sandbox_clock_frozen_at BETWEEN timestamptz '0999-12-31 00:00:00+00' AND timestamptz '9999-01-02 00:00:00+00'"
)
_OFFSET_IN_REACH: Final = f"sandbox_clock_offset_s BETWEEN {-FURTHEST_OFFSET_S} AND {FURTHEST_OFFSET_S}"
#: Of a row of ``merchants``: when its clock stands still, by how much it is ahead, and whether both are as they are
#: stored.
FROZEN_AT: Final = f"CASE WHEN {_FROZEN_IN_REACH} THEN sandbox_clock_frozen_at END"
OFFSET_S: Final = f"CASE WHEN {_OFFSET_IN_REACH} THEN sandbox_clock_offset_s ELSE 0 END"
IN_REACH: Final = f"({_OFFSET_IN_REACH} AND (sandbox_clock_frozen_at IS NULL OR {_FROZEN_IN_REACH}))"
#: The time there.
NOW: Final = f"coalesce({FROZEN_AT}, now() + ({OFFSET_S}) * interval '1 second')"


async def set_clock(connection: AsyncConnection, merchant_id: int, frozen_at: datetime | None, offset_s: int) -> None:
    """Let it stand still, or go so far ahead."""
    await connection.execute(
        "UPDATE merchants SET sandbox_clock_frozen_at = %s, sandbox_clock_offset_s = %s WHERE merchant_id = %s",
        (frozen_at, offset_s, merchant_id),
    )
