"""One proof of a transfer; the file itself is :func:`gerai.engine.proofs.content_of`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.proofs import ProofRow, row_of
from gerai.engine.proofs import proof_of
from gerai.kit.bilingual import Bilingual


class WholeProof(ProofRow, frozen=True, kw_only=True):
    """A proof. ``sha256``: of the file, in hexadecimal."""

    sha256: Annotated[str, words("SHA-256", "SHA-256")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    one = await proof_of(within.engine, within.merchant_id, wanted.id)
    if one is None or one.environment != within.environment:
        return ViewPage([])
    return ViewPage([WholeProof(**msgspec.structs.asdict(row_of(one)), sha256=one.digest.hex())])


VIEW = View(
    "proofs.show", "money:read", Bilingual("Sebuah bukti transfer", "A proof of a transfer"), ById, WholeProof, run
)
