"""Set the test clock of a shop's sandbox."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import set_test_clock
from gerai.kit.bilingual import Bilingual
from gerai.store.test_clock import FURTHEST_OFFSET_S

Offset = Annotated[int, Meta(ge=-FURTHEST_OFFSET_S, le=FURTHEST_OFFSET_S)]
Moment = Annotated[datetime, Meta(tz=True)]


class ClockTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """It stands still at ``frozen_at``, or goes ``offset_s`` beside the real time; with neither it is the real time."""

    frozen_at: Annotated[Moment | None, words("Berhenti pada", "Stand still at", "2026-12-01T08:00:00+07:00")] = None
    offset_s: Annotated[Offset, words("Selisih (detik)", "Offset (seconds)", 3600)] = 0


async def run(within: Within, given: ClockTime) -> Done:
    """Refuses InputInvalid: production, whose time is the real one; both at once; a time out of reach."""
    if within.environment != "sandbox":
        raise InputInvalid({"environment": ["only the sandbox has a clock that can be set"]})
    if given.frozen_at is not None and given.offset_s:
        raise InputInvalid({"offset_s": ["a clock that stands still has none"]})
    await set_test_clock(within.engine, within.merchant_id, frozen_at=given.frozen_at, offset_s=given.offset_s)
    return Done("clock")


ACT = Act("clock.set", "settings:write", Bilingual("Setel jam uji", "Set the test clock"), ClockTime, run, here=True)
