"""The first keys of a shop, and the first member whose they are where a door's keys belong to one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec

from gerai.engine.desk.acts.add_member import NewMember
from gerai.engine.desk.acts.create_key import NewKey
from gerai.engine.desk.acts.top_up_wallet import TopUp
from gerai.engine.desk.first_doing import Doing, do_first
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import maker_of
from gerai.engine.desk.registry import Done
from gerai.engine.desk.views.members import MemberFilter, MemberRow
from gerai.engine.desk.views.members import run as members_of
from gerai.engine.desk.wallets import wallet_of
from gerai.engine.directory_entries import KeyFacts, MemberFacts
from gerai.kit.clock import real_now

#: Whose the first key is at doors whose keys belong to a member.
_MEMBER: Final = NewMember(door="", name="Pelanggan pertama", public_id="pelanggan-pertama")
_KEY: Final = "Kunci pertama"


async def first_key(within: Within, doing: Doing, door: str) -> tuple[Done, int]:
    """A key of this door, with a first member where keys belong to one; the member's id, 0: it needs none. Refuses what
    the acts refuse."""
    maker = within.house.doors.get(door)
    member_id = await _member(within, doing, door) if maker is not None and maker.needs_member else 0
    given = NewKey(door=door, name=_KEY, member_id=member_id or None)
    return await do_first(within, doing, "keys.create", given), member_id


async def first_balance(within: Within, doing: Doing, member_id: int, amount_sen: int) -> None:
    """Put money into the first member's wallet, so that something can be ordered from it. Refuses what the act
    refuses."""
    await do_first(within, doing, "wallets.top_up", TopUp(id=member_id, amount_sen=amount_sen))


async def passing_key(within: Within, doing: Doing, door: str) -> tuple[KeyFacts, str]:
    """A key of this door that is stored nowhere and opens it for one request of this process, and its secret. Only with
    play money. Refuses what adding its member refuses."""
    assert within.merchant.plays_with(within.environment)
    maker = maker_of(within.house, door)
    made, member, account_id = maker.make(within.environment), None, None
    if maker.needs_member:
        member_id = await _member(within, doing, door)
        async with within.engine.connection() as connection:
            found, wallet = await wallet_of(connection, within, member_id)
        account_id = wallet.account_id
        member = MemberFacts(
            member_id, found.name, found.email, found.mobile, found.public_id, found.status, found.discount_bp,
            found.details, {},
        )  # fmt: skip
    key = KeyFacts(
        within.engine.ids.next(), within.merchant, within.environment, door, _KEY, made.prefix, member, account_id,
        frozenset(made.permissions), None, real_now(), None, None,
    )  # fmt: skip
    return key, made.token


async def fill_for(within: Within, doing: Doing, key: KeyFacts, amount_sen: int) -> None:
    """See to it that so much is available in the wallet of the key's member. Refuses what topping up refuses."""
    if key.member is None:
        return
    async with within.engine.connection() as connection:
        _, wallet = await wallet_of(connection, within, key.member.member_id)
    if wallet.available_sen < amount_sen:
        await first_balance(within, doing, key.member.member_id, amount_sen)


async def _member(within: Within, doing: Doing, door: str) -> int:
    found = await members_of(within, MemberFilter(door=door, text=_MEMBER.public_id or ""))
    rows = [row for row in found.rows if isinstance(row, MemberRow) and row.public_id == _MEMBER.public_id]
    if rows:
        return rows[0].id
    # At home in production, with a wallet in both.
    home = replace(within, environment="production")
    return int((await do_first(home, doing, "members.add", msgspec.structs.replace(_MEMBER, door=door))).id)
