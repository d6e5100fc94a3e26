"""Open a merchant."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import Name, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import open_merchant
from gerai.kit.bilingual import Bilingual

MerchantCode = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class NewMerchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``simulated``: it moves play money only, in production too."""

    code: Annotated[MerchantCode, words("Kode", "Code", "toko")]
    name: Annotated[Name, words("Nama", "Name", "Toko Melati")]
    simulated: Annotated[bool, words("Hanya uang mainan", "Play money only")] = False


async def run(within: Within, given: NewMerchant) -> Done:
    """Its code is what makes it one: asked for again, it is refused. Refuses InputInvalid: another has the code."""
    merchant_id = await open_merchant(within.engine, given.code, given.name, simulated=given.simulated)
    return Done(str(merchant_id))


ACT = Act("merchants.open", "settings:write", Bilingual("Buka toko", "Open a merchant"), NewMerchant, run, outside=True)
