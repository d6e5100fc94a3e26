"""Change when the acquirer of a receiving account passes on what came there."""

from __future__ import annotations

from typing import Annotated

from gerai.domain.refusals import NotFound
from gerai.engine.desk.accounts import SETTLES, Said, method_of
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import require_real
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.receiving import change_settles
from gerai.kit.bilingual import Bilingual


class AccountEdit(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``settles``: when what came is passed on, as ``workdays=1 cutoff=15:00``, or ``days=2 on=workdays``; empty: as is
    assumed."""

    settles: Annotated[Said, SETTLES] = ""


async def run(within: Within, given: AccountEdit) -> Done:
    """What waits now is expected by it, too. Refuses NotFound (there is no such open one, or the desk is the
    sandbox's), InputInvalid (it is no rule, or what comes there is there at once)."""
    require_real(within, "account", given.id)
    found = next((one for one in within.merchant.receiving if one.receiving_id == given.id), None)
    if found is None:
        raise NotFound("receiving account", str(given.id))
    method = method_of(within, found.method)
    rule = await change_settles(within.engine, within.merchant_id, found, method, given.settles)
    return Done(str(given.id), details={"settles": str(rule), "source": rule.source})


ACT = Act(
    "accounts.edit", "settings:write", Bilingual("Ubah hari cair", "Change when it is paid out"), AccountEdit, run,
    here=True,
)  # fmt: skip
