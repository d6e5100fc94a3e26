"""The one place where the real time is read."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")


def real_now() -> datetime:
    """Now, in UTC, to the microsecond."""
    return datetime.now(UTC)


def unix_s() -> float:
    """Seconds since 1970."""
    return time.time()


def jakarta(at: datetime) -> datetime:
    """The same instant on a Jakarta wall clock."""
    return at.astimezone(JAKARTA)
