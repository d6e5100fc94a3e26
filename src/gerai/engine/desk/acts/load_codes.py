"""Load licence codes of a variant, a line for each."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.codes import Codes, Known, codes_in, require_coded
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.goods import catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.sealing import sealing
from gerai.engine.digital.pools import add_codes, count_in, open_pool
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual


class CodeLoad(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``codes``: one in each line. ``known``: what becomes of those that were loaded before, or stand twice here:
    ``refuse`` loads none of all, ``skip`` the others."""

    variant_id: Annotated[Id, words("Varian", "Variant"), refers("variants")]
    codes: Annotated[Codes, words("Kode lisensi, satu per baris", "Licence codes, one in each line", "ABCD-1234")]
    known: Annotated[Known, words("Kode yang sudah ada", "Codes that are there already", "skip")] = "refuse"


async def run(within: Within, given: CodeLoad) -> Done:
    """From its first codes on, each unit of the variant that is paid for gets one. Orders that wait for codes get
    theirs. Refuses InputInvalid: no such variant, or one that is sent in a parcel; codes that are there already."""
    codes = codes_in(given.codes)
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        variant = require_coded(catalogue, given.variant_id)
        with sealing():
            into = await open_pool(
                within.engine, within.house.sealer, connection, within.merchant_id, within.environment,
                given.variant_id,
            )  # fmt: skip
            added = await add_codes(within.engine, connection, into, codes)
        if given.known == "refuse" and len(added) < len(codes):
            raise InputInvalid({"codes": [_which(codes, added)]})
        await count_in(connection, into.pool, len(added))
        note(given.variant_id, name=variant.name, loaded=len(added), known=len(codes) - len(added))
    return Done(str(given.variant_id), details={"loaded": len(added), "known": len(codes) - len(added)})


def _which(codes: list[str], added: set[str]) -> str:
    """Which lines are not new, without the codes themselves."""
    seen, lines = set[str](), list[str]()
    for number, code in enumerate(codes, 1):
        if code in seen or code not in added:
            lines.append(str(number))
        seen.add(code)
    shown = ", ".join(lines[:20]) + (" …" if len(lines) > 20 else "")
    return f"{len(lines)} are there already: {shown}"


ACT = Act(
    "code_pools.load", "catalogue:write", Bilingual("Isi kode lisensi", "Load licence codes"), CodeLoad, run, here=True
)  # fmt: skip
