"""The tables the batch writes, one line each. Column types stand in the order of the record's fields."""

from __future__ import annotations

from gerai.domain.records import (
    Account,
    Deposit,
    Event,
    Fulfilment,
    IdempotencyRecord,
    Invoice,
    Member,
    Order,
    OrderLine,
    Payment,
    Shipment,
    Stock,
    Transfer,
)
from gerai.store.table import Table

MEMBERS = Table(
    "members",
    Member,
    "int8 int8 text text text text text text text jsonb timestamptz timestamptz text int4",
    key=("merchant_id", "member_id"),
    mutable=("name", "email", "mobile", "reference", "details", "updated_at", "status", "discount_bp"),
)
ACCOUNTS = Table(
    "accounts",
    Account,
    "int8 int8 text text int8 int8 int8 int8 int8 timestamptz",
    key=("merchant_id", "account_id"),
    mutable=("credits_posted", "debits_posted", "credits_pending", "debits_pending", "updated_at"),
)
TRANSFERS = Table(
    "transfers",
    Transfer,
    "int8 int8 text text int8 int8 int8 int8 text int8 int8 int8 int8 text timestamptz",
    key=("merchant_id", "transfer_id"),
)
ORDERS = Table(
    "orders",
    Order,
    "int8 int8 text text int8 int8 int8 text text text text text text int8 int8 int8 int8 text text text jsonb "
    "timestamptz timestamptz timestamptz jsonb int8",
    key=("merchant_id", "order_id"),
    mutable=(
        "status", "total_sen", "held_transfer_id", "charged_sen", "refunded_sen", "reference", "details", "updated_at",
        "expires_at", "contact",
    ),
)  # fmt: skip
LINES = Table(
    "order_lines",
    OrderLine,
    "int8 int8 int4 text int8 int8 text int4 int8 int8 jsonb",
    key=("merchant_id", "order_id", "line_no"),
)
INVOICES = Table(
    "invoices",
    Invoice,
    "int8 int8 text int8 text text int8 text timestamptz timestamptz timestamptz",
    key=("merchant_id", "invoice_id"),
    mutable=("status", "amount_sen", "method", "due_at", "paid_at"),
)
PAYMENTS = Table(
    "payments",
    Payment,
    "int8 int8 text int8 int8 text text text text int8 int8 int8 text jsonb jsonb timestamptz timestamptz timestamptz "
    "timestamptz int8",
    key=("merchant_id", "payment_id"),
    mutable=("status", "refunded_sen", "instructions", "failure", "updated_at", "expires_at", "completed_at"),
)
DEPOSITS = Table(
    "deposits",
    Deposit,
    "int8 int8 text text int8 int8 text text text int8 int8 int8 text text text text jsonb text int8 timestamptz "
    "timestamptz timestamptz timestamptz",
    key=("merchant_id", "deposit_id"),
    mutable=("status", "provider_reference", "transfer_id", "updated_at", "completed_at"),
)
FULFILMENTS = Table(
    "fulfilments",
    Fulfilment,
    "int8 int8 text int8 text text int4 jsonb text int4 int4 json text timestamptz timestamptz",
    key=("merchant_id", "fulfilment_id"),
    mutable=("status", "attempts", "reference", "succeeded", "failed", "result", "error", "updated_at"),
)
SHIPMENTS = Table(
    "shipments",
    Shipment,
    "int8 int8 text int8 text text text text int8 int4 int8 text jsonb timestamptz timestamptz timestamptz timestamptz "
    "timestamptz",
    key=("merchant_id", "shipment_id"),
    mutable=(
        "status", "aggregator", "receipt", "details", "updated_at", "reported_at", "shipped_at", "delivered_at",
    ),
)  # fmt: skip
STOCK = Table(
    "stock",
    Stock,
    "int8 int8 text int8 int8 int4 int4 timestamptz",
    key=("merchant_id", "stock_id"),
    mutable=("on_hand", "reserved", "updated_at"),
)
EVENTS = Table("events", Event, "int8 text int8 text jsonb timestamptz", key=("merchant_id", "event_id"))
IDEMPOTENCY = Table(
    "idempotency_keys",
    IdempotencyRecord,
    "int8 text text text text bytea bytea timestamptz",
    key=("merchant_id", "environment", "owner", "operation", "key"),
)

#: The order in which a batch writes; parents come before what refers to them.
WRITE_ORDER = (
    IDEMPOTENCY, MEMBERS, ACCOUNTS, STOCK, ORDERS, LINES, INVOICES, PAYMENTS, FULFILMENTS, SHIPMENTS, TRANSFERS,
    DEPOSITS, EVENTS,
)  # fmt: skip
