"""Send nothing to a webhook endpoint for now."""

from __future__ import annotations

from gerai.engine.acting import acting_now
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.webhooks import endpoint_here
from gerai.engine.webhooks.endpoints import disable_endpoint
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """What happens meanwhile is kept as dropped, and can be sent again once it is resumed; the reason is shown beside
    it. Refuses NotFound."""
    await endpoint_here(within, given.id)
    act = acting_now()
    reason = (act.reason if act is not None else "") or "by hand"
    await disable_endpoint(within.engine, within.merchant_id, given.id, reason)
    return Done(str(given.id))


ACT = Act("webhooks.pause", "webhooks:manage", Bilingual("Hentikan webhook", "Pause a webhook"), ById, run)
