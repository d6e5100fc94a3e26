"""The *load* of a batch: what its commands need, read and locked in one round trip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gerai.domain.records import email_key
from gerai.engine.command import NOTHING, Command, Contact, Idempotency
from gerai.engine.state import State
from gerai.store import loads
from gerai.store.arrays import Packed, pack
from gerai.store.batch import Reading, begin
from gerai.store.connection import Connection
from gerai.store.tables import (
    ACCOUNTS,
    ARRIVALS,
    ATTEMPTS,
    CODE_DELIVERIES,
    CODE_POOLS,
    DEPOSITS,
    EVENTS,
    EXPECTED,
    FULFILMENTS,
    IDEMPOTENCY,
    INVOICES,
    LICENCE_CODES,
    LINES,
    MEMBERS,
    NOTICE_SOURCES,
    NOTICES,
    ORDERS,
    PAYMENTS,
    PAYOUTS,
    PROOFS,
    RECEIVING,
    REFUND_TASKS,
    SHIPMENTS,
    STOCK,
)

LoadRequest = tuple[Command[Any], Idempotency | None]


@dataclass
class _Wanted:
    """What one merchant's commands need."""

    accounts: set[int] = field(default_factory=set[int])
    orders: set[int] = field(default_factory=set[int])
    stock: set[int] = field(default_factory=set[int])
    wallets_of: set[int] = field(default_factory=set[int])
    stock_of: set[int] = field(default_factory=set[int])
    refund_tasks: set[int] = field(default_factory=set[int])
    deposits: set[int] = field(default_factory=set[int])
    wallets_of_deposits: set[int] = field(default_factory=set[int])
    parcel_events_of: set[int] = field(default_factory=set[int])
    state_events_of: set[int] = field(default_factory=set[int])
    expected: set[tuple[int, int, int]] = field(default_factory=set[tuple[int, int, int]])
    arrivals: set[int] = field(default_factory=set[int])
    arrival_keys: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    notices: set[int] = field(default_factory=set[int])
    notice_keys: set[tuple[int, bytes]] = field(default_factory=set[tuple[int, bytes]])
    attempts: set[int] = field(default_factory=set[int])
    proofs_of: set[int] = field(default_factory=set[int])
    payout_keys: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    codes: dict[int, int] = field(default_factory=dict[int, int])
    codes_of: set[int] = field(default_factory=set[int])
    contacts: dict[tuple[str, str], list[Contact]] = field(
        default_factory=lambda: defaultdict[tuple[str, str], list[Contact]](list)
    )

    def add(self, command: Command[Any]) -> None:
        needs = command.needs()
        if needs is NOTHING:
            return
        self.accounts.update(needs.accounts)
        self.orders.update(needs.orders)
        self.stock.update(needs.stock)
        if needs.wallets_of_orders:
            self.wallets_of.update(needs.orders)
        if needs.stock_of_orders:
            self.stock_of.update(needs.orders)
        self.refund_tasks.update(needs.refund_tasks)
        if needs.deposits:
            self.deposits.update(needs.deposits)
            if needs.wallets_of_deposits:
                self.wallets_of_deposits.update(needs.deposits)
        if needs.parcel_events:
            self.parcel_events_of.update(needs.orders)
        if needs.state_events:
            self.state_events_of.update(needs.orders)
        self.expected.update(needs.expected)
        self.arrivals.update(needs.arrivals)
        self.arrival_keys.update(needs.arrival_keys)
        self.notices.update(needs.notices)
        self.notice_keys.update(needs.notice_keys)
        self.attempts.update(needs.attempts)
        self.proofs_of.update(needs.proofs_of)
        self.payout_keys.update(needs.payout_keys)
        if needs.codes:
            self.codes_of.update(needs.orders)
            for pool_id, wanted in needs.codes:
                self.codes[pool_id] = self.codes.get(pool_id, 0) + wanted
        for channel, contact in needs.contacts:
            self.contacts[command.environment, channel].append(contact)


async def load(connection: Connection, state: State, batch: Sequence[LoadRequest], lock_wait_ms: int) -> None:
    """Begin the transaction and fill ``state``. Locks are taken table by table, merchants and keys ascending; each is
    waited for so long."""
    wanted: dict[int, _Wanted] = {}
    for command, _ in batch:
        mine = wanted.get(command.merchant_id)
        if mine is None:
            mine = wanted[command.merchant_id] = _Wanted()
        mine.add(command)
    statements = _statements(wanted, batch)
    for records, statement in zip(await begin(connection, statements, lock_wait_ms), statements, strict=True):
        (state.earlier_events if statement.table is EVENTS else state.rows[statement.table]).load(records)


def _statements(wanted: dict[int, _Wanted], batch: Sequence[LoadRequest]) -> list[Reading]:
    # Ascending, as everywhere: batches that lock rows of the same merchants meet in the same order.
    merchants = sorted(wanted.items())
    # One loop per table, not per merchant: the global order of locks is table, then merchant, then key.
    found: list[Reading] = []
    for merchant_id, mine in merchants:
        for (environment, channel), contacts in mine.contacts.items():
            found.append(_members(merchant_id, environment, channel, contacts))
    for merchant_id, mine in merchants:
        # The widest statement covers the narrower ones, so that each merchant's accounts are locked by a single one.
        if mine.wallets_of_deposits:
            of_orders, of_deposits = _ids(mine.wallets_of), _ids(mine.wallets_of_deposits)
            params = (_ids(mine.accounts), merchant_id, of_orders, merchant_id, of_deposits, merchant_id)
            found.append(Reading(loads.ACCOUNTS_BY_DEPOSIT, params, ACCOUNTS))
        elif mine.wallets_of:
            params = (_ids(mine.accounts), merchant_id, _ids(mine.wallets_of), merchant_id)
            found.append(Reading(loads.ACCOUNTS_BY_ORDER, params, ACCOUNTS))
        elif mine.accounts:
            found.append(Reading(loads.ACCOUNTS_BY_ID, (merchant_id, _ids(mine.accounts)), ACCOUNTS))
    for merchant_id, mine in merchants:
        if mine.stock_of:
            params = (_ids(mine.stock), merchant_id, _ids(mine.stock_of), merchant_id)
            found.append(Reading(loads.STOCK_BY_ORDER, params, STOCK))
        elif mine.stock:
            found.append(Reading(loads.STOCK_BY_ID, (merchant_id, _ids(mine.stock)), STOCK))
    for merchant_id, mine in merchants:
        if mine.orders:
            found.extend(_orders(merchant_id, _ids(mine.orders)))
    for merchant_id, mine in merchants:
        if mine.deposits:
            found.append(Reading(loads.DEPOSITS_BY_ID, (merchant_id, _ids(mine.deposits)), DEPOSITS))
        if mine.refund_tasks:
            found.append(Reading(loads.REFUND_TASKS_BY_ID, (merchant_id, _ids(mine.refund_tasks)), REFUND_TASKS))
        if mine.parcel_events_of:
            params = (merchant_id, _ids(mine.parcel_events_of))
            found.append(Reading(loads.PARCEL_EVENTS_BY_ORDER, params, EVENTS))
        if mine.state_events_of:
            params = (merchant_id, _ids(mine.state_events_of))
            found.append(Reading(loads.STATE_EVENTS_BY_ORDER, params, EVENTS))
    for merchant_id, mine in merchants:
        if mine.expected:
            accounts, least_sen, most_sen = zip(*sorted(mine.expected), strict=True)
            found.append(Reading(loads.RECEIVING_BY_ID, (merchant_id, _ids({*accounts})), RECEIVING))
            near = [pack("int8", column) for column in (accounts, least_sen, most_sen)]
            found.append(Reading(loads.EXPECTED_NEAR, (*near, merchant_id), EXPECTED))
        if mine.arrivals:
            found.append(Reading(loads.ARRIVALS_BY_ID, (merchant_id, _ids(mine.arrivals)), ARRIVALS))
        if mine.arrival_keys:
            accounts, keys_of = zip(*sorted(mine.arrival_keys), strict=True)
            named = (pack("int8", accounts), pack("text", keys_of))
            found.append(Reading(loads.ARRIVALS_BY_KEY, (*named, merchant_id), ARRIVALS))
    for merchant_id, mine in merchants:
        found.extend(_of_money(merchant_id, mine))
    # After every lock: whoever had the lock before us may have used our key, and its answer must be seen.
    keys = [(c.merchant_id, c.environment, i.owner, i.operation, i.key) for c, i in batch if i is not None]
    if keys:
        merchants_of, *texts = zip(*keys, strict=True)
        arrays = [pack("int8", merchants_of), *(pack("text", column) for column in texts)]
        found.append(Reading(loads.IDEMPOTENCY_BY_KEY, arrays, IDEMPOTENCY))
    return found


def _of_money(merchant_id: int, mine: _Wanted) -> list[Reading]:
    """Notices of money, payments as gateways have them, proofs of payments, payouts, and licence codes."""
    found: list[Reading] = []
    if mine.notice_keys:
        sources, digests = zip(*sorted(mine.notice_keys), strict=True)
        found.append(Reading(loads.NOTICE_SOURCES_BY_ID, (merchant_id, _ids({*sources})), NOTICE_SOURCES))
        named = (pack("int8", sources), pack("bytea", digests))
        found.append(Reading(loads.NOTICES_BY_DIGEST, (*named, merchant_id), NOTICES))
    if mine.notices:
        found.append(Reading(loads.NOTICES_BY_ID, (merchant_id, _ids(mine.notices)), NOTICES))
    if mine.attempts:
        found.append(Reading(loads.ATTEMPTS_BY_PAYMENT, (merchant_id, _ids(mine.attempts)), ATTEMPTS))
    if mine.proofs_of:
        found.append(Reading(loads.PROOFS_BY_PAYMENT, (merchant_id, _ids(mine.proofs_of)), PROOFS))
    if mine.payout_keys:
        contracts, references = zip(*sorted(mine.payout_keys), strict=True)
        named = (pack("int8", contracts), pack("text", references))
        found.append(Reading(loads.PAYOUTS_BY_REFERENCE, (*named, merchant_id), PAYOUTS))
    if mine.codes:
        pools, wanted = zip(*sorted(mine.codes.items()), strict=True)
        of_pools = pack("int8", pools)
        found.append(Reading(loads.CODE_POOLS_BY_ID, (merchant_id, of_pools), CODE_POOLS))
        found.append(Reading(loads.FREE_CODES, (of_pools, pack("int8", wanted), merchant_id), LICENCE_CODES))
        params = (merchant_id, _ids(mine.codes_of))
        found.append(Reading(loads.CODE_DELIVERIES_BY_ORDER, params, CODE_DELIVERIES))
    return found


def _ids(ids: set[int]) -> Packed:
    return pack("int8", sorted(ids))


def _orders(merchant_id: int, ids: Packed) -> list[Reading]:
    params = (merchant_id, ids)
    return [
        Reading(loads.ORDERS_BY_ID, params, ORDERS),
        Reading(loads.LINES_BY_ORDER, params, LINES),
        Reading(loads.INVOICES_BY_ORDER, params, INVOICES),
        Reading(loads.PAYMENTS_BY_ORDER, params, PAYMENTS),
        Reading(loads.FULFILMENTS_BY_ORDER, params, FULFILMENTS),
        Reading(loads.SHIPMENTS_BY_ORDER, params, SHIPMENTS),
    ]


def _members(merchant_id: int, environment: str, channel: str, contacts: list[Contact]) -> Reading:
    params = (
        merchant_id,
        environment,
        channel,
        pack("text", [c.find_public_id for c in contacts if c.find_public_id]),
        pack("text", [email_key(c.email) for c in contacts if c.email]),
        # An e-mail decides alone: a mobile that many share is looked up only for who has none.
        merchant_id,
        environment,
        channel,
        pack("text", [c.mobile for c in contacts if c.mobile and not c.email]),
    )
    return Reading(loads.MEMBERS_BY_CONTACT, params, MEMBERS)
