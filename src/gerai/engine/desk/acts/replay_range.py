"""Send again what happened in a stretch of time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.webhooks.replay_stretch import Stretch, replay_range
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import JAKARTA


class ReplayedRange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From ``begin`` until before ``end``; a time without a zone is Jakarta's."""

    endpoint_id: Annotated[Id, words("Webhook", "Webhook", 7), refers("webhooks")]
    begin: Annotated[datetime, words("Dari", "From", "2026-11-01T00:00:00")]
    end: Annotated[datetime, words("Sampai sebelum", "Until before", "2026-11-02T00:00:00")]
    undelivered: Annotated[bool, words("Hanya yang belum terkirim", "Only what was not delivered")] = True


async def run(within: Within, given: ReplayedRange) -> Done:
    """Receivers see the same message ids; what is under way already stays so. A thousand are sent again at once, the
    rest by the worker (``follows``). Refuses NotFound (no such endpoint), StateConflict (it is paused or removed), and
    InputInvalid: it ends before it begins."""
    begin, end = _moment(given.begin), _moment(given.end)
    if end <= begin:
        raise InputInvalid({"end": ["it must come after the beginning"]})
    stretch = Stretch(within.merchant_id, given.endpoint_id, begin, end, given.undelivered)
    replayed = await replay_range(within.engine, stretch, within.environment)
    details = {"replayed": len(replayed.delivery_ids), "follows": replayed.follows}
    return Done(str(given.endpoint_id), details=details)


def _moment(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=JAKARTA)


ACT = Act(
    "deliveries.replay_range", "webhooks:manage", Bilingual("Kirim ulang rentang waktu", "Send a stretch again"),
    ReplayedRange, run,
)  # fmt: skip
