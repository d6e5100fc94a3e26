"""The tables the batch writes, one entry each. A column's type follows from its field; ``types`` names the others."""

from __future__ import annotations

from gerai.domain.records import (
    Account,
    Arrival,
    AuditEntry,
    CodeDelivery,
    CodePool,
    Deposit,
    Event,
    ExpectedAmount,
    Fulfilment,
    GatewayAttempt,
    IdempotencyRecord,
    Invoice,
    LicenceCode,
    Member,
    Notice,
    NoticeSource,
    Order,
    OrderLine,
    OrderTerm,
    Payment,
    PaymentProof,
    Payout,
    ReceivingAccount,
    RefundTask,
    Shipment,
    Stock,
    Transfer,
)
from gerai.store.table import Table

MEMBERS = Table(
    "members",
    Member,
    key=("merchant_id", "member_id"),
    mutable=("name", "email", "mobile", "reference", "details", "updated_at", "status", "discount_bp"),
    types={"discount_bp": "int4"},
)
ACCOUNTS = Table(
    "accounts",
    Account,
    key=("merchant_id", "account_id"),
    mutable=("credits_posted", "debits_posted", "credits_pending", "debits_pending", "updated_at"),
)
TRANSFERS = Table(
    "transfers",
    Transfer,
    key=("merchant_id", "transfer_id"),
)
ORDERS = Table(
    "orders",
    Order,
    key=("merchant_id", "order_id"),
    mutable=(
        "status", "total_sen", "held_transfer_id", "charged_sen", "refunded_sen", "reference", "details", "updated_at",
        "expires_at", "contact", "payment_mark", "labels", "after_payment",
    ),
)  # fmt: skip
LINES = Table(
    "order_lines",
    OrderLine,
    key=("merchant_id", "order_id", "line_no"),
    types={"line_no": "int4", "quantity": "int4"},
)
#: Follows from the rows of others (engine/terms.py): written and removed, never changed.
TERMS = Table(
    "order_terms",
    OrderTerm,
    key=("merchant_id", "environment", "channel", "week", "term", "created_at", "order_id"),
    types={"week": "int4"},
)
INVOICES = Table(
    "invoices",
    Invoice,
    key=("merchant_id", "invoice_id"),
    mutable=("status", "amount_sen", "method", "due_at", "paid_at"),
)
PAYMENTS = Table(
    "payments",
    Payment,
    key=("merchant_id", "payment_id"),
    mutable=(
        "status", "amount_sen", "fee_sen", "merchant_fee_sen", "matching_sen", "refunded_sen", "instructions",
        "failure", "updated_at", "expires_at", "completed_at", "payout_id",
    ),
)  # fmt: skip
REFUND_TASKS = Table(
    "refund_tasks",
    RefundTask,
    key=("merchant_id", "task_id"),
    mutable=(
        "status", "destination", "reference", "ended_by", "updated_at", "ended_at", "looks", "denials", "fault",
        "contract_id", "payout_id", "claimed_by", "claimed_at",
    ),
    types={"looks": "int4", "denials": "int4"},
)  # fmt: skip
DEPOSITS = Table(
    "deposits",
    Deposit,
    key=("merchant_id", "deposit_id"),
    mutable=(
        "status", "provider_reference", "instructions", "transfer_id", "updated_at", "expires_at", "completed_at",
        "matching_transfer_id", "payout_id", "came_sen", "held_at", "amount_sen", "fee_sen", "pay_sen",
    ),
)  # fmt: skip
FULFILMENTS = Table(
    "fulfilments",
    Fulfilment,
    key=("merchant_id", "fulfilment_id"),
    mutable=("status", "attempts", "reference", "succeeded", "failed", "result", "error", "updated_at"),
    # json keeps a provider's answer as it came: key order and long integers.
    types={"attempts": "int4", "succeeded": "int4", "failed": "int4", "result": "json"},
)
SHIPMENTS = Table(
    "shipments",
    Shipment,
    key=("merchant_id", "shipment_id"),
    types={"weight_g": "int4"},
    mutable=(
        "status", "aggregator", "receipt", "details", "updated_at", "reported_at", "shipped_at", "delivered_at",
    ),
)  # fmt: skip
STOCK = Table(
    "stock",
    Stock,
    key=("merchant_id", "stock_id"),
    mutable=("on_hand", "reserved", "updated_at"),
    types={"on_hand": "int4", "reserved": "int4"},
)
#: Who changes them is no command (engine/merchants/receiving.py): the batch locks and reads them.
RECEIVING = Table(
    "receiving_accounts",
    ReceivingAccount,
    key=("merchant_id", "receiving_id"),
)
EXPECTED = Table(
    "expected_amounts",
    ExpectedAmount,
    key=("merchant_id", "receiving_id", "amount_sen"),
    mutable=("payment_id", "expected_until"),
)
ARRIVALS = Table(
    "arrivals",
    Arrival,
    key=("merchant_id", "arrival_id"),
    mutable=("status", "order_id", "payment_id", "deposit_id", "decided_by", "updated_at"),
)
#: As accounts are: named and closed by no command, locked and read by the batch.
NOTICE_SOURCES = Table(
    "notice_sources",
    NoticeSource,
    key=("merchant_id", "source_id"),
)
NOTICES = Table(
    "notices",
    Notice,
    key=("merchant_id", "notice_id"),
    types={"kept": "int4"},
    mutable=("status", "fault", "kept", "updated_at"),
)
ATTEMPTS = Table(
    "gateway_attempts",
    GatewayAttempt,
    key=("merchant_id", "payment_id"),
    types={"looks": "int4"},
    mutable=("status", "reference", "looks", "paid_sen", "fault", "updated_at", "fee_sen"),
)
#: Written once, when the money is there.
PAYOUTS = Table(
    "payouts",
    Payout,
    key=("merchant_id", "payout_id"),
    types={"payments": "int4"},
)
#: Read without their content, and never changed.
PROOFS = Table(
    "payment_proofs",
    PaymentProof,
    key=("merchant_id", "proof_id"),
    types={"size_bytes": "int4"},
)
#: What is free, given and withdrawn is counted under the pool's lock.
CODE_POOLS = Table(
    "code_pools",
    CodePool,
    key=("merchant_id", "pool_id"),
    mutable=("free", "given", "updated_at"),
)
LICENCE_CODES = Table(
    "licence_codes",
    LicenceCode,
    key=("merchant_id", "code_id"),
    mutable=("status", "order_id", "line_no", "unit_no", "given_at"),
    types={"line_no": "int4", "unit_no": "int4"},
)
CODE_DELIVERIES = Table(
    "code_deliveries",
    CodeDelivery,
    key=("merchant_id", "order_id"),
    mutable=("status", "variant_id", "units", "updated_at"),
)
#: Written once and numbered by the database, so nobody looks one up by a key.
EVENTS = Table("events", Event)
AUDIT = Table("audit", AuditEntry)
IDEMPOTENCY = Table(
    "idempotency_keys",
    IdempotencyRecord,
    key=("merchant_id", "environment", "owner", "operation", "key"),
)

#: The order in which a batch writes; parents come before what refers to them. Terms and events follow.
WRITE_ORDER = (
    IDEMPOTENCY, MEMBERS, ACCOUNTS, STOCK, ORDERS, LINES, INVOICES, PAYMENTS, FULFILMENTS, SHIPMENTS, TRANSFERS,
    REFUND_TASKS, DEPOSITS, RECEIVING, EXPECTED, ARRIVALS, NOTICE_SOURCES, NOTICES, ATTEMPTS, PROOFS, PAYOUTS,
    CODE_POOLS, LICENCE_CODES, CODE_DELIVERIES,
)  # fmt: skip
