"""Give a shop another name."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Name, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import rename_merchant
from gerai.kit.bilingual import Bilingual


class MerchantName(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What buyers read from now on; the code stays."""

    name: Annotated[Name, words("Nama", "Name", "Toko Melati")]


async def run(within: Within, given: MerchantName) -> Done:
    """Every process follows within a second."""
    await rename_merchant(within.engine, within.merchant_id, given.name)
    return Done(str(within.merchant_id))


ACT = Act("merchants.rename", "settings:write", Bilingual("Ganti nama toko", "Rename a shop"), MerchantName, run)
