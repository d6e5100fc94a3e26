"""The working copy of one batch: the rows it loaded, and what its commands changed so far.

Each command sees the changes of the commands before it. A refusal takes its own changes back (``rollback``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from gerai.domain.records import (
    AuditEntry,
    Deposit,
    Event,
    Member,
    Order,
    OrderLine,
    OrderView,
    Payment,
    email_key,
)
from gerai.domain.refusals import NotFound
from gerai.engine.contact import Contact
from gerai.engine.rows import EarlierEvents, Key, Row, Rows, Undo
from gerai.engine.standing import AFTER, Standing, as_fact, standing_of
from gerai.store.table import Table
from gerai.store.tables import (
    ACCOUNTS,
    ARRIVALS,
    ATTEMPTS,
    CODE_DELIVERIES,
    CODE_POOLS,
    DEPOSITS,
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
    TRANSFERS,
)


class Job(msgspec.Struct, frozen=True):
    """Work to defer with the batch's commit; ``delay_s`` from then on, in real time. ``lock`` serialises jobs of one
    thing; with ``single`` none is made while one of that lock waits or runs."""

    queue: str
    task: str
    lock: str | None
    args: dict[str, Any]
    delay_s: float | None = None
    single: bool = False


def _member_handles(member: Member) -> tuple[Key, ...]:
    of = (member.merchant_id, member.environment, member.channel)
    handles: list[Key] = [(*of, "id", member.public_id)]
    if member.email:
        handles.append((*of, "email", email_key(member.email)))
    if member.mobile:
        handles.append((*of, "mobile", member.mobile))
    return tuple(handles)


class State:
    """All tables of one batch."""

    def __init__(self) -> None:
        # One list for all tables: refusals are rare, and copies of rows would cost every command.
        self._undo: list[Undo] = []
        #: The working copy of every table, by table: what the load fills and the write empties.
        self.rows: dict[Table[Any], Rows[Any]] = {}
        self.members = self._of(MEMBERS, _member_handles)
        self.accounts = self._of(ACCOUNTS)
        self.transfers = self._of(TRANSFERS)
        self.orders = self._of(ORDERS)
        self.lines = self._of(LINES)
        self.invoices = self._of(INVOICES)
        self.payments = self._of(PAYMENTS, lambda r: ((r.merchant_id, r.order_id),))
        self.fulfilments = self._of(FULFILMENTS)
        self.shipments = self._of(SHIPMENTS)
        self.stock = self._of(STOCK)
        self.refund_tasks = self._of(REFUND_TASKS)
        self.deposits = self._of(DEPOSITS)
        self.receiving = self._of(RECEIVING)
        self.expected = self._of(EXPECTED, lambda r: ((r.merchant_id, r.receiving_id, r.order_id or r.deposit_id),))
        self.arrivals = self._of(ARRIVALS, lambda r: ((r.merchant_id, r.receiving_id, r.arrival_key),))
        self.notice_sources = self._of(NOTICE_SOURCES)
        self.notices = self._of(NOTICES, lambda r: ((r.merchant_id, r.source_id, r.digest),))
        self.attempts = self._of(ATTEMPTS)
        self.proofs = self._of(PROOFS, lambda r: ((r.merchant_id, r.payment_id),))
        self.payouts = self._of(PAYOUTS, lambda r: ((r.merchant_id, r.contract_id, r.reference),))
        self.code_pools = self._of(CODE_POOLS)
        self.codes = self._of(LICENCE_CODES, lambda r: ((r.merchant_id, r.pool_id),))
        self.code_deliveries = self._of(CODE_DELIVERIES)
        self.idempotency = self._of(IDEMPOTENCY)
        self.earlier_events = EarlierEvents()
        self.events: list[Event] = []
        self.jobs: list[Job] = []
        self.audit: list[AuditEntry] = []
        # How many events, jobs and entries there were when the last command stood: a refusal cuts off what follows.
        self._marks = (0, 0, 0)

    def _of(self, table: Table[Row], handles: Callable[[Row], tuple[Key, ...]] | None = None) -> Rows[Row]:
        """The rows of a table, which become part of what is written."""
        rows = self.rows[table] = Rows(self._undo, table.key_of, handles)
        return rows

    def commit_command(self) -> None:
        """The command stands: its changes are visible to the next one."""
        self._undo.clear()
        self._marks = (len(self.events), len(self.jobs), len(self.audit))

    def rollback_command(self) -> None:
        """The command was refused: not a trace of it."""
        while self._undo:
            rows, key, before, first_update = self._undo.pop()
            rows.take_back(key, before, first_update)
        del self.events[self._marks[0] :]
        del self.jobs[self._marks[1] :]
        del self.audit[self._marks[2] :]

    def fresh_events(self) -> list[Event]:
        """What the present command made happen."""
        return self.events[self._marks[0] :]

    # --- looking things up -----------------------------------------------------------------

    def order(self, merchant_id: int, order_id: int) -> Order:
        """NotFound when there is none."""
        found = self.orders.get(merchant_id, order_id)
        if found is None:
            raise NotFound("order", str(order_id))
        return found

    def lines_of(self, order: Order) -> tuple[OrderLine, ...]:
        found: list[OrderLine] = []
        rows, merchant_id, order_id = self.lines.rows, order.merchant_id, order.order_id
        # Lines are numbered from 1 without gaps, so the first missing number is the end.
        while (line := rows.get((merchant_id, order_id, len(found) + 1))) is not None:
            found.append(line)
        return tuple(found)

    def lines_hold_stock(self, order: Order) -> bool:
        """Whether the order reserves stock; once released, somebody else may have it."""
        return any(line.stock_id is not None for line in self.lines_of(order))

    def payments_of(self, order: Order) -> tuple[Payment, ...]:
        return tuple(self.payments.named(order.merchant_id, order.order_id))

    def parcel_events(self, order: Order) -> list[Event]:
        """The reports on the order's parcel so far, in this batch too (``Needs.parcel_events``)."""
        return self._events_named(order, ("shipment.",))

    def state_events(self, order: Order) -> list[Event]:
        """What became of the order and of its payment so far, oldest first (``Needs.state_events``)."""
        return self._events_named(order, ("order.", "invoice."))

    def _events_named(self, order: Order, beginnings: tuple[str, ...]) -> list[Event]:
        mine = (order.merchant_id, order.order_id)
        new = [event for event in self.events if (event.merchant_id, event.order_id) == mine]
        return [event for event in self.earlier_events.of(order) + new if event.name.startswith(beginnings)]

    def find_member(self, merchant_id: int, environment: str, channel: str, contact: Contact) -> Member | None:
        """The member a contact names: by id, else by e-mail if there is one, else the first with the mobile.

        NotFound when it names one by id that does not exist.
        """
        of = (merchant_id, environment, channel)
        if contact.find_public_id:
            for member in self.members.named(*of, "id", contact.find_public_id):
                return member
            raise NotFound("member", contact.find_public_id)
        if contact.email:
            return next(iter(self.members.named(*of, "email", email_key(contact.email))), None)
        if contact.mobile:
            return min(self.members.named(*of, "mobile", contact.mobile), key=lambda m: m.member_id, default=None)
        return None

    def view(self, merchant_id: int, order_id: int, member: Member | None = None) -> OrderView:
        """The order with everything around it, as it stands now."""
        key = (merchant_id, order_id)
        order = self.order(*key)
        # Straight from the rows: every create ends here.
        return OrderView(
            order=order,
            lines=self.lines_of(order),
            invoice=self.invoices.rows.get(key),
            payments=self.payments_of(order),
            fulfilment=self.fulfilments.rows.get(key),
            member=member,
            shipment=self.shipments.rows.get(key),
        )

    # --- saying what happened --------------------------------------------------------------

    def announce(self, order: Order, name: str, at: datetime, **facts: Any) -> None:
        """Write an event of this order, which was changed by it. It carries how the order stands now
        (``engine/standing.py``), so whatever the event is about is changed before it is announced. A caller on the hot
        path passes the ``after`` it knows."""
        # Here, for every event there is: what an order shows hangs on its payments and parcel too.
        if order.updated_at is not at:
            row = self.orders.rows[order.merchant_id, order.order_id]
            if row.updated_at != at:
                self.orders.update(msgspec.structs.replace(row, updated_at=at))
        if AFTER not in facts:
            facts[AFTER] = as_fact(self._standing(name, order))
        self.events.append(Event(order.merchant_id, order.environment, order.order_id, name, facts, at))

    def _standing(self, name: str, order: Order) -> Standing:
        key = (order.merchant_id, order.order_id)
        order = self.orders.rows[key]
        found = standing_of(order, self.invoices.get(*key), self.payments_of(order), self.shipments.get(*key))
        # The order's own events say its status already.
        return msgspec.structs.replace(found, status="") if name.startswith("order.") else found

    def announce_deposit(self, deposit: Deposit, name: str, at: datetime, **facts: Any) -> None:
        """Write an event of this deposit, which its facts name: it belongs to no order."""
        named = {"deposit_id": deposit.deposit_id, "deposit": deposit.public_id, **facts}
        self.events.append(Event(deposit.merchant_id, deposit.environment, None, name, named, at))
