"""What time it is for a shop's orders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class ClockFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That of the desk's environment."""


class ClockRow(msgspec.Struct, frozen=True):
    """``now``: the time there; ``frozen_at``: it stands still; ``offset_s``: so far from the real time. Production has
    the real time."""

    environment: Annotated[str, words("Lingkungan", "Environment")]
    now: Annotated[datetime, words("Sekarang", "Now")]
    frozen_at: Annotated[datetime | None, words("Berhenti pada", "Stands still at")]
    offset_s: Annotated[int, words("Selisih (detik)", "Offset (seconds)")]


async def run(within: Within, wanted: ClockFilter) -> ViewPage:
    """One row."""
    merchant, sandbox = within.merchant, within.environment == "sandbox"
    frozen_at, offset_s = (merchant.clock_frozen_at, merchant.clock_offset_s) if sandbox else (None, 0)
    return ViewPage([ClockRow(within.environment, merchant.now(within.environment), frozen_at, offset_s)])


VIEW = View("clock.list", "settings:read", Bilingual("Jam uji", "Test clock"), ClockFilter, ClockRow, run)
