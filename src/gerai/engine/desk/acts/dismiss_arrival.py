"""Money that came has nothing to do with this shop's orders."""

from __future__ import annotations

from gerai.engine.acting import by_actor
from gerai.engine.arrivals.decide import DismissArrival
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import require_real
from gerai.engine.desk.registry import Act, Bulk, Done, submitted
from gerai.engine.merchants.open import note
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """It stays written down. Refuses NotFound, StateConflict (decided already)."""
    environment = require_real(within, "arrival", given.id)
    note(given.id)
    command = DismissArrival(
        merchant_id=within.merchant_id, environment=environment, arrival_id=given.id, by=by_actor()
    )
    outcome = await submitted(within, command)
    return Done(str(given.id), replayed=outcome.replayed)


ACT = Act(
    "arrivals.dismiss", "money:act", Bilingual("Bukan untuk toko ini", "Not for this shop"), ById, run,
    reasoned=True, bulk=Bulk(),
)  # fmt: skip
