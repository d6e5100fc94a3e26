"""Link an outside identity to a member: whoever spends its wallet through a bot."""

from __future__ import annotations

from typing import Annotated

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import ExternalId, LinkKind
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.links import link_member
from gerai.kit.bilingual import Bilingual


class MemberLink(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``external_id``: the user's id there."""

    external_id: Annotated[ExternalId, words("Nomor di sana", "Id there", "1262024148939440249")]
    kind: Annotated[LinkKind, words("Jenis", "Kind", "discord")] = "discord"


async def run(within: Within, given: MemberLink) -> Done:
    """Nothing happens when it is linked so. Refuses NotFound (no such member of this environment), and InputInvalid: it
    is linked to another member."""
    of = (within.merchant_id, given.id, given.kind, given.external_id)
    await link_member(within.engine, *of, environment=within.environment)
    return Done(str(given.id))


ACT = Act("members.link", "members:write", Bilingual("Tautkan anggota", "Link a member"), MemberLink, run)
