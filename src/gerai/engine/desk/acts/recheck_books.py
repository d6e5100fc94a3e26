"""Look once more at what did not hold in the shop's books."""

from __future__ import annotations

from gerai.domain.refusals import NotFound
from gerai.engine.check import examine, keep_broken
from gerai.engine.desk.books import alone
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import broken_books as sql


async def run(within: Within, given: ById) -> Done:
    """What holds again waits no more. Takes as long as the books are large. Refuses NotFound; Busy: somebody else reads
    all of them just now."""
    async with within.engine.connection() as connection:
        found = await sql.of_shop(connection, within.merchant_id, within.environment)
    name = next((one.invariant for one in found if one.broken_id == given.id), None)
    if name is None:
        raise NotFound("book fault", str(given.id))
    async with alone(within) as connection:
        examination = await examine(connection, within.merchant_id, {name})
    holds = not examination.violations and not examination.unchecked
    async with changing(within.engine, within.merchant_id) as connection:
        note(given.id, invariant=name, holds=holds)
        await keep_broken(connection, examination, within.merchant_id)
    return Done(str(given.id), details={"holds": holds, "fault": examination.unchecked.get(name, "")})


ACT = Act("book_faults.recheck", "money:act", Bilingual("Periksa lagi", "Look again"), ById, run)
