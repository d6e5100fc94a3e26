"""The states of what the engine moves, as tables of (from, verb, to).

Operations ask the table; every illegal pair is tested; ``docs/reference/states.md`` is printed from it.
"""

from __future__ import annotations

from gerai.domain.state_table import StateTable

ORDER = StateTable(
    thing="order",
    initial=frozenset({"draft", "pending", "confirmed", "processing", "completed"}),
    moves=(
        ("draft", "submit", "pending"),
        ("draft", "confirm", "confirmed"),
        ("draft", "complete", "completed"),
        # What came in incomplete and that nobody completes.
        ("draft", "expire", "expired"),
        ("draft", "cancel", "cancelled"),
        ("pending", "revise", "draft"),
        ("pending", "confirm", "confirmed"),
        ("pending", "start", "processing"),
        ("pending", "complete", "completed"),
        ("pending", "expire", "expired"),
        ("pending", "cancel", "cancelled"),
        ("confirmed", "reopen", "pending"),
        # Nobody must report every step: from here on those before the parcel leaves may be skipped, one or all.
        ("confirmed", "start", "processing"),
        ("confirmed", "make_ready", "ready"),
        ("confirmed", "ship", "shipped"),
        ("confirmed", "complete", "completed"),
        ("confirmed", "cancel", "cancelled"),
        ("processing", "put_back", "confirmed"),
        ("processing", "make_ready", "ready"),
        ("processing", "ship", "shipped"),
        ("processing", "complete", "completed"),
        ("processing", "complete_in_part", "partial"),
        ("processing", "fail", "failed"),
        ("processing", "cancel", "cancelled"),
        ("ready", "put_back", "processing"),
        ("ready", "ship", "shipped"),
        # Digital goods, and what is collected in the shop, are never shipped.
        ("ready", "complete", "completed"),
        ("ready", "cancel", "cancelled"),
        ("shipped", "complete", "completed"),
        ("shipped", "return", "returned"),
        ("returned", "close", "closed"),
        ("completed", "close", "closed"),
        # Only by taking back the payment that completed it (engine/orders/payment_status.py), never by itself.
        ("completed", "reopen", "pending"),
        ("completed", "put_back", "confirmed"),
        # A payment that arrives after expiry may bring the order back (merchant rule, docs/reference/states.md).
        ("expired", "revive", "pending"),
    ),
)

INVOICE = StateTable(
    thing="invoice",
    initial=frozenset({"pending", "paid"}),
    moves=(
        ("pending", "pay", "paid"),
        ("pending", "expire", "expired"),
        ("pending", "cancel", "cancelled"),
        ("expired", "revive", "pending"),
        ("paid", "refund", "refunded"),
        # An operator may take a payment back that was marked by hand.
        ("paid", "unpay", "pending"),
        # The refund will not be sent after all (engine/payments/end_refund.py).
        ("refunded", "withdraw_refund", "paid"),
    ),
)

PAYMENT = StateTable(
    thing="payment",
    initial=frozenset({"processing", "completed"}),
    moves=(
        ("processing", "complete", "completed"),
        ("processing", "fail", "failed"),
        ("processing", "expire", "expired"),
        ("processing", "cancel", "cancelled"),
        # Money that arrived after the payment or the order had ended; the merchant's late-payment rule decides.
        ("processing", "complete_late", "late"),
        ("expired", "complete_late", "late"),
        ("failed", "complete_late", "late"),
        ("cancelled", "complete_late", "late"),
        ("late", "accept", "completed"),
        ("late", "refund", "refunded"),
        ("completed", "refund", "refunded"),
        ("completed", "take_back", "cancelled"),
        # The refund will not be sent after all: the money is what it was before.
        ("refunded", "withdraw_refund", "completed"),
        ("refunded", "withdraw_late_refund", "late"),
    ),
)

FULFILMENT = StateTable(
    thing="fulfilment",
    initial=frozenset({"requested"}),
    moves=(
        ("requested", "succeed", "succeeded"),
        ("requested", "succeed_in_part", "partial"),
        ("requested", "fail", "failed"),
        # No answer is not a failure: the janitor asks again.
        ("requested", "lose_sight", "unknown"),
        ("unknown", "lose_sight", "unknown"),
        ("unknown", "succeed", "succeeded"),
        ("unknown", "succeed_in_part", "partial"),
        ("unknown", "fail", "failed"),
        ("requested", "cancel", "cancelled"),
    ),
)

DEPOSIT = StateTable(
    thing="deposit",
    initial=frozenset({"pending"}),
    moves=(
        ("pending", "succeed", "succeeded"),
        ("pending", "fail", "failed"),
        ("pending", "expire", "expired"),
        ("pending", "cancel", "cancelled"),
        # Money that arrived after the deposit's time or end; the merchant's late-payment rule decides.
        ("pending", "arrive_late", "late"),
        ("failed", "arrive_late", "late"),
        ("expired", "arrive_late", "late"),
        ("cancelled", "arrive_late", "late"),
        ("late", "accept", "succeeded"),
        ("late", "refund", "refunded"),
        # The refund will not be sent after all.
        ("refunded", "withdraw_refund", "late"),
    ),
)

ARRIVAL = StateTable(
    thing="arrival",
    initial=frozenset({"waiting", "booked"}),
    moves=(("waiting", "book", "booked"), ("waiting", "dismiss", "dismissed")),
)

ATTEMPT = StateTable(
    thing="gateway attempt",
    initial=frozenset({"asked"}),
    moves=(
        ("asked", "answer", "open"),
        ("asked", "end", "ended"),
        # The gateway has the payment as paid, with another amount than was asked for: a person looks.
        ("asked", "differ", "mismatch"),
        ("open", "answer", "open"),
        ("open", "end", "ended"),
        ("open", "differ", "mismatch"),
        # Money came after the gateway had ended it.
        ("ended", "end", "ended"),
        ("ended", "differ", "mismatch"),
        ("mismatch", "end", "ended"),
    ),
)

REFUND = StateTable(
    thing="refund",
    # sending: its gateway is asked, and has not said that it is done.
    initial=frozenset({"open", "sending"}),
    moves=(
        ("open", "finish", "done"),
        ("open", "withdraw", "withdrawn"),
        ("open", "hand_over", "sending"),
        ("sending", "confirm", "done"),
        ("sending", "hand_back", "open"),
    ),
)

NOTICE = StateTable(
    thing="notice",
    initial=frozenset({"received"}),
    moves=(
        ("received", "finish", "read"),
        ("received", "set_aside", "waiting"),
        # It could not be read at all, whoever tried.
        ("received", "dismiss", "dismissed"),
        # Read again, once it can be: the account that it names is known now.
        ("waiting", "finish", "read"),
        ("waiting", "set_aside", "waiting"),
        ("waiting", "dismiss", "dismissed"),
    ),
)

DELIVERY = StateTable(
    thing="delivery",
    initial=frozenset({"pending"}),
    moves=(
        ("pending", "acknowledge", "delivered"),
        # The schedule is over, or the endpoint is gone for good.
        ("pending", "give_up", "failed"),
        ("pending", "drop", "dropped"),
        ("delivered", "replay", "pending"),
        ("failed", "replay", "pending"),
        ("dropped", "replay", "pending"),
    ),
)

SHIPMENT = StateTable(
    thing="shipment",
    # handed_over: the order was shipped without a parcel having been planned.
    initial=frozenset({"planned", "handed_over"}),
    moves=(
        ("planned", "book", "booked"),
        ("planned", "hand_over", "handed_over"),
        # Scans get lost: the first word of a courier may be any of these, and says that the parcel had left before.
        ("planned", "carry", "in_transit"),
        ("planned", "report_problem", "problem"),
        ("planned", "deliver", "delivered"),
        ("planned", "send_back", "returning"),
        ("planned", "receive_back", "returned"),
        ("planned", "cancel", "cancelled"),
        ("booked", "hand_over", "handed_over"),
        ("booked", "carry", "in_transit"),
        ("booked", "report_problem", "problem"),
        ("booked", "deliver", "delivered"),
        ("booked", "send_back", "returning"),
        ("booked", "receive_back", "returned"),
        ("booked", "cancel", "cancelled"),
        ("handed_over", "carry", "in_transit"),
        ("handed_over", "report_problem", "problem"),
        ("handed_over", "deliver", "delivered"),
        ("handed_over", "send_back", "returning"),
        ("handed_over", "receive_back", "returned"),
        ("in_transit", "report_problem", "problem"),
        ("in_transit", "deliver", "delivered"),
        ("in_transit", "send_back", "returning"),
        ("in_transit", "receive_back", "returned"),
        ("problem", "carry", "in_transit"),
        ("problem", "deliver", "delivered"),
        ("problem", "send_back", "returning"),
        ("problem", "receive_back", "returned"),
        # The buyer takes it after all.
        ("returning", "deliver", "delivered"),
        ("returning", "receive_back", "returned"),
        # The order came back to life.
        ("cancelled", "revive", "planned"),
    ),
)

TABLES = (ORDER, INVOICE, PAYMENT, FULFILMENT, SHIPMENT, DEPOSIT, REFUND, ARRIVAL, NOTICE, ATTEMPT, DELIVERY)
