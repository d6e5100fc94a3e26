"""There is no money of this shop in a notice."""

from __future__ import annotations

from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.notices import notice_here
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.merchants.open import note
from gerai.engine.notices.keep import DismissNotice
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """It stays written down. Refuses NotFound, StateConflict (it was read or dismissed already)."""
    _, source = await notice_here(within, given.id)
    note(given.id, sender=source.form)
    command = DismissNotice(merchant_id=within.merchant_id, environment=PRODUCTION, notice_id=given.id)
    outcome = await submitted(within, command)
    return Done(str(given.id), replayed=outcome.replayed)


ACT = Act(
    "notices.dismiss", "money:act", Bilingual("Bukan uang toko ini", "No money of this shop"), ById, run, reasoned=True
)
