"""What gateways and acquirers have still to pay out, by the day on which it is expected; and what they paid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from gerai.domain.records import GatewayContract, OfferedWay, Payout, ReceivingAccount
from gerai.domain.settlement import USUAL_RULE, SettleRule, expected_on
from gerai.engine.payouts.settle import MOST
from gerai.kit.calendar import Calendar
from gerai.kit.clock import JAKARTA, jakarta
from gerai.store import gateways, payouts, receiving_accounts, taken
from gerai.store.connection import Connection
from gerai.store.pool import Pool

UnsettledPayment = payouts.UnsettledPayment
UnsettledRefund = payouts.UnsettledRefund
GatewayPayment = taken.GatewayPayment
#: Further payments are not read: the oldest are settled first.
READ_AT_MOST: Final = MOST
#: Money comes into own accounts in this environment alone.
_REAL: Final = "production"


class PayingOut(NamedTuple):
    """A contract with a gateway, or an own account whose acquirer passes on what came; ``id``: its own. ``name``: what
    its payouts are listed under: contracts with one gateway have one, and accounts that are one to their acquirer.
    ``called``: other words for it. ``rules``: by way to pay when its money is expected; of an account one for all."""

    id: int
    name: str
    environment: str
    open: bool
    called: tuple[str, ...]
    rules: Mapping[tuple[str, str], SettleRule] | SettleRule

    def rule(self, method: str, channel: str) -> SettleRule:
        """By which what came so is expected."""
        if isinstance(self.rules, SettleRule):
            return self.rules
        return self.rules.get((method, channel), USUAL_RULE)


class ExpectedPayout(NamedTuple):
    """What a gateway should pay out on a day, by any of its contracts, or an acquirer: ``gross_sen`` of these payments
    and top-ups, less ``refunded_sen`` of these refunds, less ``fee_sen``, as far as it is known. ``gateway``: the name
    of who pays out; ``late``: the day is over."""

    gateway: str
    day: date
    payments: tuple[UnsettledPayment, ...]
    refunds: tuple[UnsettledRefund, ...]
    late: bool

    @property
    def gross_sen(self) -> int:
        """What payers paid."""
        return sum(one.taken_sen for one in self.payments)

    @property
    def refunded_sen(self) -> int:
        """What the gateway gave back."""
        return sum(one.amount_sen for one in self.refunds)

    @property
    def fee_sen(self) -> int:
        """What the gateway keeps."""
        return sum(one.known_fee_sen for one in self.payments)

    @property
    def net_sen(self) -> int:
        """What should come; less than nothing: it is taken off a later payout."""
        return self.gross_sen - self.refunded_sen - self.fee_sen


class PayoutReads:
    """Payouts of gateways and of acquirers (``engine.payouts``)."""

    def __init__(self, pool: Pool, calendar: Calendar) -> None:
        self._pool = pool
        self.calendar = calendar

    async def contracts(self, merchant_id: int) -> list[GatewayContract]:
        """All of a merchant's there were, closed ones, too, oldest first."""
        async with self._pool.connection() as connection:
            return await gateways.contracts(connection, merchant_id)

    async def paying_out(self, merchant_id: int) -> list[PayingOut]:
        """Everybody who pays out what they took for the merchant, or did, oldest first."""
        async with self._pool.connection() as connection:
            return await _paying_out(connection, merchant_id)

    async def expected(self, merchant_id: int, environment: str, now: datetime) -> list[ExpectedPayout]:
        """What is not paid out, of orders and of top-ups, by who pays it out and day, what is expected first comes
        first; of at most :data:`READ_AT_MOST`, the oldest."""
        async with self._pool.connection() as connection:
            by_id = {one.id: one for one in await _paying_out(connection, merchant_id)}
            waiting = await payouts.unsettled(connection, merchant_id, environment, READ_AT_MOST)
            refunds = await payouts.unsettled_refunds(connection, merchant_id, environment, READ_AT_MOST)
        return _by_day(waiting, refunds, by_id, self.calendar, jakarta(now).date())

    async def paid_out(self, merchant_id: int, environment: str, first: date, last: date, limit: int) -> list[Payout]:
        """What was paid out on these days and between them: of too many the newest, oldest first."""
        since, until = midnight(first), midnight(last + timedelta(days=1))
        async with self._pool.connection() as connection:
            return await payouts.paid_out(connection, merchant_id, environment, since, until, limit)

    async def by_reference(self, merchant_id: int, whose: int, reference: str) -> Payout | None:
        """The payout of this contract or account that was booked under this reference."""
        async with self._pool.connection() as connection:
            return await payouts.payout(connection, merchant_id, whose, reference)

    async def at_gateway(
        self, merchant_id: int, contract_ids: Sequence[int], first: date, last: date, limit: int
    ) -> list[GatewayPayment]:
        """These contracts' payments and top-ups whose money came on these days, oldest first."""
        since, until = midnight(first), midnight(last + timedelta(days=1))
        async with self._pool.connection() as connection:
            return await taken.at_gateway(connection, merchant_id, contract_ids, since, until, limit)

    async def named(
        self, merchant_id: int, environment: str, contract_ids: Sequence[int], names: Sequence[str]
    ) -> list[GatewayPayment]:
        """These contracts' payments and top-ups with these ids, ours or the gateway's."""
        async with self._pool.connection() as connection:
            return await taken.named(connection, merchant_id, environment, contract_ids, names)


async def _paying_out(connection: Connection, merchant_id: int) -> list[PayingOut]:
    contracts = await gateways.contracts(connection, merchant_id)
    accounts = await receiving_accounts.accounts(connection, merchant_id)
    found = [
        PayingOut(one.contract_id, one.gateway, one.environment, one.closed_at is None, (), rules_of(one.ways))
        for one in contracts
    ]
    found += [_acquirer(one, one.settles) for one in accounts if one.settles is not None]
    return sorted(found, key=lambda one: one.id)


def _acquirer(one: ReceivingAccount, rule: SettleRule) -> PayingOut:
    return PayingOut(one.receiving_id, one.acquirer, _REAL, one.closed_at is None, (one.method,), rule)


def rules_of(ways: Iterable[OfferedWay]) -> dict[tuple[str, str], SettleRule]:
    """By way to pay, when its money is expected."""
    return {(one.method, one.channel): one.settles for one in ways}


def late_count(rows: Iterable[tuple[datetime, SettleRule]], calendar: Calendar, now: datetime) -> int:
    """How many of these should have been paid out on an earlier day; as ``store.payouts.oldest_unsettled``."""
    today = jakarta(now).date()
    return sum(expected_on(rule, came_at, calendar) < today for came_at, rule in rows)


def midnight(day: date) -> datetime:
    """When the day begins in Jakarta."""
    return datetime.combine(day, time(0), JAKARTA)


def _by_day(
    waiting: Sequence[UnsettledPayment],
    refunds: Sequence[UnsettledRefund],
    known: Mapping[int, PayingOut],
    calendar: Calendar,
    today: date,
) -> list[ExpectedPayout]:
    paid: dict[tuple[str, date], list[UnsettledPayment]] = {}
    for one in waiting:
        whose = known[one.contract_id]
        day = expected_on(whose.rule(one.method, one.channel), one.came_at, calendar)
        paid.setdefault((whose.name, day), []).append(one)
    back: dict[tuple[str, date], list[UnsettledRefund]] = {}
    for refund in refunds:
        gateway, sent = known[refund.contract_id].name, jakarta(refund.sent_at).date()
        # Off the next payout that is expected then; while none is, as if one were on the next working day.
        days = [day for whose, day in paid if whose == gateway and day >= sent]
        back.setdefault((gateway, min(days, default=calendar.on_or_after(sent))), []).append(refund)
    return [
        ExpectedPayout(
            *key, tuple(paid.get(key, ())), tuple(back.get(key, ())), late=key[1] < today and key in paid
        )
        for key in sorted({*paid, *back}, key=lambda key: (key[1], key[0]))
    ]  # fmt: skip
