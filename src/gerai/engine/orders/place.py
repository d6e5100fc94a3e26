"""Place an order: the one way an order comes into being, whichever door it came through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec

from gerai.domain.fees import payment_rules
from gerai.domain.money import round_rupiah
from gerai.domain.records import (
    FeeBearer,
    Funding,
    Invoice,
    Member,
    Order,
    OrderContact,
    OrderView,
    PaymentRules,
    Transfer,
)
from gerai.domain.states import ORDER
from gerai.engine.command import NOTHING, Command, Contact, Context, Needs, one_of, require_open
from gerai.engine.made import Made
from gerai.engine.orders import stock
from gerai.engine.orders.customer import customer_of
from gerai.engine.orders.find import order_now
from gerai.engine.orders.handing_out import HAND_OUT
from gerai.engine.orders.lines import NewLine, order_lines
from gerai.engine.orders.parcels import Parcel, plan
from gerai.engine.orders.transitions import begin_fulfilment, order_paid, request_fulfilment
from gerai.engine.payment_steps import new_payment
from gerai.engine.standing import ParcelStanding, Standing, as_fact
from gerai.engine.state import State
from gerai.engine.wallet import ledger
from gerai.store import wallets
from gerai.store.connection import Connection

#: Most orders of a batch: the same object is encoded once for all of them (store/table.py).
_NO_CONTACT, _ANY_PAYMENT = OrderContact(), PaymentRules()


class Placed(msgspec.Struct, frozen=True):
    """The new order, and for wallet and hold orders what the wallet had before and after."""

    view: OrderView
    available_before_sen: int | None
    available_after_sen: int | None
    transfer_id: int | None


class PlaceOrder(Command[Placed], frozen=True, kw_only=True):
    """Place an order.

    The door draws ``order_id`` from the engine's ids first, so that it can compose its public ids from it.
    ``total_sen`` is what the order costs in all (lines, shipping, discounts): the door priced it to the sen. It is
    rounded half-up to whole rupiah, once; the order keeps the difference. ``funding`` is how it is paid:

    * ``invoice``: later; the order starts as ``status`` (``pending``, or ``draft``) with an open invoice;
    * ``wallet``: at once from ``account_id``; invoice and payment are written as paid, then ``after_payment`` is taken;
    * ``hold``: reserved on ``account_id``; the order is ``processing`` until its fulfilment is recorded;
    * ``free``: nothing is paid here; the order starts as ``status``.

    ``provider`` names who fulfils the order (empty: nobody) and ``work`` what it is asked. For hold orders the worker
    takes over after ``resume_after_s``. ``parcel`` is what must be sent; its shipment is planned with the order.

    ``payment_methods`` are the ways it may be paid (None: whatever is offered), ``fee_bearer`` pays what they cost; the
    fees themselves are frozen here from the merchant's table.

    ``details`` belong to the door; ``labels`` are what it will want to list the order by. ``contact`` names the
    customer and is kept with the order as it was sent. A customer who is known already keeps what is on record: the
    order alone shows what differs. ``charge`` starts the payment of an ``invoice`` order: both are made, or neither;
    ``expected`` is what that needs (``Needs.expected``).

    Refuses: PermissionMissing (the merchant is closed), InsufficientFunds, OutOfStock, NotFound (member named by id, or
    wallet), and whatever ``charge`` does.
    """

    channel: str
    key_id: int | None
    order_id: int
    public_id: str
    number: str
    secret: str
    lines: tuple[NewLine, ...]
    total_sen: int
    funding: Funding
    member_id: int | None = None
    contact: Contact | None = None
    account_id: int | None = None
    status: Annotated[str, one_of(ORDER.initial)] = "pending"
    invoice_number: str = ""
    method: str = ""
    reference: str = ""
    provider: str = ""
    work: dict[str, Any] = {}
    after_payment: Annotated[str, one_of(ORDER.verbs | HAND_OUT)] = "start"
    parcel: Parcel | None = None
    payment_methods: tuple[str, ...] | None = None
    fee_bearer: FeeBearer = "merchant"
    details: dict[str, Any] = {}
    labels: dict[str, str] = {}
    expires_at: datetime | None = None
    resume_after_s: float | None = None
    charge: Callable[[OrderView], Command[OrderView]] | None = None
    expected: tuple[tuple[int, int, int], ...] = ()

    def needs(self) -> Needs:
        accounts = (self.account_id,) if self.account_id is not None and self.funding in ("wallet", "hold") else ()
        stock = tuple(line.stock_id for line in self.lines if line.stock_id is not None)
        if not accounts and not stock and self.contact is None and not self.expected:
            return NOTHING
        contacts = ((self.channel, self.contact),) if self.contact is not None else ()
        return Needs(accounts=accounts, stock=stock, contacts=contacts, expected=self.expected)

    def decide(self, state: State, context: Context) -> Placed:
        require_open(context)
        # What the payer pays: whole rupiah.
        payable_sen = round_rupiah(self.total_sen)
        owner = (self.merchant_id, self.environment, self.channel)
        member = customer_of(state, context, owner, self.contact)
        lines = order_lines(self.merchant_id, self.order_id, self.lines)
        # Promised only: goods leave the shelf when they are sent (stock.consume).
        stock.reserve(state, context, lines, self.lines)
        order = state.orders.insert(self._order(context, member, payable_sen))
        for line in lines:
            state.lines.insert(line)
        state.announce(order, "order.placed", context.now, status=order.status, after=self._after())
        if self.provider:
            begin_fulfilment(state, context, order, self.work)
        if self.parcel is not None:
            plan(state, context, order, self.parcel)
        match self.funding:
            case "wallet":
                return self._pay_now(state, context, order, member)
            case "hold":
                return self._hold(state, context, order, member)
            case "invoice":
                state.invoices.insert(self._invoice(context, order.total_sen))
                if self.charge is not None:
                    self.charge(state.view(self.merchant_id, self.order_id)).decide(state, context)
            case "free":
                pass
        return Placed(state.view(self.merchant_id, self.order_id, member), None, None, None)

    def identify(self, answer: Placed) -> Made:
        return Made(order_id=self.order_id, transfer_id=answer.transfer_id)

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Placed:
        view = await order_now(connection, merchant_id, made.order_id)
        if made.transfer_id is None:
            return Placed(view, None, None, None)
        caused = await wallets.transfers_of_order(connection, merchant_id, view.order.order_id)
        transfer = next(transfer for transfer in caused if transfer.transfer_id == made.transfer_id)
        # The wallet has moved on since; what this order met is kept with its transfer.
        after_sen = transfer.debit_available_after
        before_sen = None if after_sen is None else after_sen + transfer.amount_sen
        return Placed(view, before_sen, after_sen, transfer.transfer_id)

    def _order(self, context: Context, member: Member | None, payable_sen: int) -> Order:
        return Order(
            merchant_id=self.merchant_id,
            order_id=self.order_id,
            environment=self.environment,
            channel=self.channel,
            key_id=self.key_id,
            member_id=member.member_id if member is not None else self.member_id,
            account_id=self.account_id,
            public_id=self.public_id,
            number=self.number,
            secret=self.secret,
            # A wallet order is paid in this same act; a hold order is already being worked on.
            status={"wallet": "pending", "hold": "processing"}.get(self.funding, self.status),
            funding=self.funding,
            currency="IDR",
            total_sen=payable_sen,
            held_transfer_id=None,
            charged_sen=0,
            refunded_sen=0,
            reference=self.reference,
            provider=self.provider,
            after_payment=self.after_payment,
            details=self.details,
            created_at=context.now,
            updated_at=context.now,
            expires_at=self.expires_at,
            contact=_NO_CONTACT if self.contact is None else self.contact.snapshot(member),
            rounding_sen=payable_sen - self.total_sen,
            payment_rules=self._payment_rules(context, payable_sen),
            labels=self.labels,
        )

    def _payment_rules(self, context: Context, payable_sen: int) -> PaymentRules:
        """Only an order that is paid later may still be paid in one way or another."""
        if self.funding != "invoice":
            return _ANY_PAYMENT
        rules = context.settings.payment_fees
        if not rules and self.payment_methods is None and self.fee_bearer == "merchant":
            return _ANY_PAYMENT
        # Frozen: a change of the table must not change what an open order costs.
        return payment_rules(self.payment_methods, rules, self.fee_bearer, payable_sen)

    def _after(self) -> dict[str, Any]:
        """How the new order stands. The hot path: nothing has happened yet, so nothing needs to be looked up."""
        parcel = self.parcel
        return {} if parcel is None else as_fact(Standing(parcel=ParcelStanding(aggregator=parcel.aggregator)))

    def _invoice(self, context: Context, amount_sen: int) -> Invoice:
        return Invoice(
            merchant_id=self.merchant_id, invoice_id=self.order_id, environment=self.environment,
            order_id=self.order_id, number=self.invoice_number or self.number, status="pending",
            amount_sen=amount_sen, method=self.method, due_at=self.expires_at, paid_at=None, created_at=context.now,
        )  # fmt: skip

    def _pay_now(self, state: State, context: Context, order: Order, member: Member | None) -> Placed:
        account = ledger.wallet(state, self.merchant_id, self.environment, self.account_id)
        # `account` stays the record from before the debit: the answer shows both figures.
        transfer = ledger.pay_from_wallet(state, context, account, order, "order")
        invoice = msgspec.structs.replace(
            self._invoice(context, order.total_sen), status="paid", method="wallet", paid_at=context.now
        )
        state.invoices.insert(invoice)
        payment_id = context.next_id()
        paid = new_payment(
            order, payment_id, context.now,
            method="wallet", public_id=f"wallet-{payment_id}", status="completed", reference=self.reference,
        )  # fmt: skip
        state.payments.insert(paid)
        order_paid(state, context, order)
        return self._answer(state, account.available_sen, transfer, member)

    def _hold(self, state: State, context: Context, order: Order, member: Member | None) -> Placed:
        account = ledger.wallet(state, self.merchant_id, self.environment, self.account_id)
        transfer = ledger.hold(state, context, account, order)
        if transfer is not None:
            order = state.orders.update(msgspec.structs.replace(order, held_transfer_id=transfer.transfer_id))
        if self.provider:
            # Deferred with the order: should the process die inside the request, the worker asks the provider all the
            # same.
            request_fulfilment(state, order, delay_s=self.resume_after_s)
        return self._answer(state, account.available_sen, transfer, member)

    def _answer(self, state: State, before_sen: int, transfer: Transfer | None, member: Member | None) -> Placed:
        view = state.view(self.merchant_id, self.order_id, member)
        if transfer is None:
            return Placed(view, before_sen, before_sen, None)
        return Placed(view, before_sen, transfer.debit_available_after, transfer.transfer_id)
