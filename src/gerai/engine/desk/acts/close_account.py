"""Close a receiving account."""

from __future__ import annotations

from gerai.engine.desk.accounts import by_whom
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import require_real
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.receiving import close_account
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """No payment is started there any more. What was shown to payers before stays true, and their money is booked.
    Refuses NotFound: there is none, or the desk is the sandbox's."""
    require_real(within, "account", given.id)
    await close_account(within.engine, within.merchant_id, given.id, by_whom())
    return Done(str(given.id))


ACT = Act(
    "accounts.close", "settings:write", Bilingual("Tutup rekening penerima", "Close a receiving account"), ById, run,
    reasoned=True, grave=True, here=True,
)  # fmt: skip
