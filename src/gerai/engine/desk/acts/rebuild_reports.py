"""Have the reports counted anew from the orders."""

from __future__ import annotations

import msgspec

from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.reports.rebuild import rebuild_reports
from gerai.kit.bilingual import Bilingual


class Rebuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of the whole shop, both environments."""


async def run(within: Within, given: Rebuild) -> Done:
    """A worker does it day by day; until a day is reached it shows what was counted before."""
    del given
    await rebuild_reports(within.engine, within.merchant_id)
    return Done(str(within.merchant_id))


ACT = Act(
    "reports.rebuild", "settings:write", Bilingual("Hitung ulang laporan", "Count reports anew"), Rebuild, run,
)  # fmt: skip
