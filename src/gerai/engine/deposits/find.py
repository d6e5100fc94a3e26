"""Find deposits; a :class:`Scope` names whose."""

from __future__ import annotations

from gerai.domain.filters import DepositFilter, Scope
from gerai.domain.records import Deposit
from gerai.domain.refusals import NotFound
from gerai.store import deposits, gateways
from gerai.store.connection import Connection
from gerai.store.pool import Pool


async def deposit_now(connection: Connection, merchant_id: int, deposit_id: int | None) -> Deposit:
    """The deposit as it is now. NotFound when there is none."""
    found = [] if deposit_id is None else await deposits.by_id(connection, merchant_id, deposit_id)
    if not found:
        raise NotFound("deposit", str(deposit_id))
    return found[0]


class DepositReads:
    """Deposits (``engine.deposits``)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def by_public_id(self, scope: Scope, public_id: str) -> Deposit | None:
        """The deposit with the door's code."""
        async with self._pool.connection() as connection:
            return next(iter(await deposits.by_public_id(connection, scope, public_id)), None)

    async def named(self, merchant_id: int, channels: list[str], code: str) -> list[Deposit]:
        """What a person may mean by a code: the deposits of these channels with it, in both environments."""
        async with self._pool.connection() as connection:
            return await deposits.by_code(connection, merchant_id, channels, code)

    async def late(self, merchant_id: int, limit: int) -> list[Deposit]:
        """Those whose money came late and waits for a person, in both environments, longest first."""
        async with self._pool.connection() as connection:
            return await deposits.late(connection, merchant_id, limit)

    async def by_id(self, merchant_id: int, deposit_id: int) -> Deposit | None:
        """The deposit with the engine's id, in whichever environment and channel."""
        async with self._pool.connection() as connection:
            return next(iter(await deposits.by_id(connection, merchant_id, deposit_id)), None)

    async def own(self, scope: Scope, deposit_id: int) -> Deposit | None:
        """The deposit with the engine's id, where the caller may see it."""
        found = await self.by_id(scope.merchant_id, deposit_id)
        if found is None or (found.environment, found.channel) != (scope.environment, scope.channel):
            return None
        return found if scope.member_id in (None, found.member_id) else None

    async def known_payer(self, deposit: Deposit) -> frozenset[str]:
        """What is known of the member who pays it: some of name, email and mobile."""
        if deposit.member_id is None:
            return frozenset()
        async with self._pool.connection() as connection:
            facts = await gateways.payer(connection, deposit.merchant_id, deposit.member_id)
        return frozenset(name for name, said in facts.items() if said)

    async def as_now(self, deposit: Deposit) -> Deposit:
        """A deposit read before, as it is now (a deposit is never deleted)."""
        async with self._pool.connection() as connection:
            return await deposit_now(connection, deposit.merchant_id, deposit.deposit_id)

    async def statuses(self, merchant_id: int, deposit_ids: list[int]) -> dict[int, tuple[str, bool]]:
        """How each of these deposits stands: its state, and whether it has the way to pay that its gateway gave."""
        async with self._pool.connection() as connection:
            return await deposits.statuses(connection, merchant_id, deposit_ids)

    async def by_secret(self, secret: str) -> Deposit | None:
        """The deposit that a hosted page's unguessable token opens."""
        async with self._pool.connection() as connection:
            return next(iter(await deposits.by_secret(connection, secret)), None)

    async def page(self, scope: Scope, wanted: DepositFilter, limit: int) -> list[Deposit]:
        """A page of deposits, newest first."""
        async with self._pool.connection() as connection:
            return await deposits.by_filter(connection, scope, wanted, limit)
