"""Take an outside identity from a member."""

from __future__ import annotations

from gerai.engine.desk.acts.link_member import MemberLink
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.links import unlink_member
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: MemberLink) -> Done:
    """Refuses NotFound: no such member of this environment, or it is not linked to this one."""
    of = (within.merchant_id, given.id, given.kind, given.external_id)
    await unlink_member(within.engine, *of, environment=within.environment)
    return Done(str(given.id))


ACT = Act("members.unlink", "members:write", Bilingual("Lepas tautan anggota", "Unlink a member"), MemberLink, run)
