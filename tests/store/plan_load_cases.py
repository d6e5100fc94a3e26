"""What the statements of a batch's loads, and of the views of orders, are explained with."""

from __future__ import annotations

from typing import Any

from plan_cases import Known


def load_cases(k: Known) -> dict[str, tuple[Any, ...]]:
    """The parameters of each statement of ``store.loads``."""
    m, ids, wallets_, none = k.merchant_id, k.order_ids, [k.wallet_id], [-1]
    deposit_ids = [order_id + 4 for order_id in ids]
    by_order = dict.fromkeys(
        (
            "ORDERS_BY_ID", "LINES_BY_ORDER", "INVOICES_BY_ORDER", "PAYMENTS_BY_ORDER", "FULFILMENTS_BY_ORDER",
            "SHIPMENTS_BY_ORDER", "PARCEL_EVENTS_BY_ORDER", "STATE_EVENTS_BY_ORDER",
        ),
        (m, ids),
    )  # fmt: skip
    return by_order | {
        "ACCOUNTS_BY_ID": (m, wallets_),
        "ACCOUNTS_BY_ORDER": (wallets_, m, ids, m),
        "ACCOUNTS_BY_DEPOSIT": (wallets_, m, ids, m, deposit_ids, m),
        "STOCK_BY_ID": (m, none),
        "STOCK_BY_ORDER": (none, m, ids, m),
        "REFUND_TASKS_BY_ID": (m, [ids[0]]),
        "DEPOSITS_BY_ID": (m, deposit_ids),
        "RECEIVING_BY_ID": (m, [ids[0]]),
        "EXPECTED_NEAR": ([ids[0]], [1], [99_900], m),
        "ARRIVALS_BY_ID": (m, [ids[0]]),
        "ARRIVALS_BY_KEY": ([ids[0]], ["none"], m),
        "NOTICE_SOURCES_BY_ID": (m, [ids[0]]),
        "NOTICES_BY_ID": (m, [ids[0]]),
        "ATTEMPTS_BY_PAYMENT": (m, [ids[0]]),
        "NOTICES_BY_DIGEST": ([ids[0]], [b"none"], m),
        "PROOFS_BY_PAYMENT": (m, [ids[0]]),
        "CODE_POOLS_BY_ID": (m, [ids[0]]),
        "FREE_CODES": ([ids[0]], [3], m),
        "CODE_DELIVERIES_BY_ORDER": (m, ids),
        "PAYOUTS_BY_REFERENCE": ([ids[0]], ["none"], m),
        "MEMBERS_BY_CONTACT": (
            m, "production", "leuwongrr", ["m1"], ["m2@example.com"], m, "production", "leuwongrr", ["62812"],
        ),
        "IDEMPOTENCY_BY_KEY": ([m], ["production"], ["m"], ["create_order"], ["none"]),
    }  # fmt: skip


def view_cases(k: Known) -> dict[str, tuple[Any, ...]]:
    """The parameters of each statement of ``store.order_views``."""
    named = (k.merchant_id, "production", "cekceir", [k.public_id, "none"])
    return {
        "ORDERS_BY_PUBLIC_ID": named,
        "MEMBERS_ORDERS_BY_PUBLIC_ID": (*named, k.member_id),
        "ORDERS_BY_ID": (k.merchant_id, k.order_ids),
        "ORDER_BY_SECRET": (k.secret,),
        "MEMBERS_BY_ID": (k.merchant_id, [k.member_id]),
    }


#: It only inserts.
LOADS_WITHOUT_ROWS = {"DEFER_JOBS"}
