"""Send a webhook delivery again."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.desk.webhooks import delivery_here
from gerai.engine.webhooks.history import replay_one
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Its receiver sees the same message id. Refuses NotFound, and StateConflict: its endpoint is paused or removed, or
    it is under way already."""
    await delivery_here(within, given.id)
    await replay_one(within.engine, within.merchant_id, given.id)
    return Done(str(given.id))


ACT = Act("deliveries.replay", "webhooks:manage", Bilingual("Kirim ulang", "Send again"), ById, run, bulk=Bulk())
