"""What views and acts of wallets share: whose wallet it is, and handing in what moves its money."""

from __future__ import annotations

from gerai.domain.records import Account, Member
from gerai.domain.refusals import NotFound
from gerai.engine.command import Command, Idempotency
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, submitted
from gerai.store import members, wallets
from gerai.store.connection import Connection


async def wallet_of(connection: Connection, within: Within, member_id: int) -> tuple[Member, Account]:
    """The member, and its wallet in the desk's environment. Refuses NotFound."""
    member = await members.one(connection, within.merchant_id, member_id)
    wallet = await wallets.of_member(connection, within.merchant_id, within.environment, member_id)
    if member is None or wallet is None:
        raise NotFound("wallet", str(member_id))
    return member, wallet


async def move(within: Within, member_id: int, command: Command[Account], under: Idempotency | None = None) -> Done:
    """Hand in what the act under way does to a member's wallet, once ``under`` this key, else under the act's own;
    returns what is available afterwards. Refuses what the command refuses, and IdempotencyKeyReused."""
    outcome = await submitted(within, command, under)
    details = {"available_sen": outcome.answer.available_sen}
    return Done(str(member_id), replayed=outcome.replayed, details=details)
