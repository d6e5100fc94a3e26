"""The request that a seller tries this door with: one of the goods, as its store is paid."""

from __future__ import annotations

from gerai.engine.desk.sample_orders import ForSale, SampleOrder


def sample_order(sold: ForSale, key: str) -> SampleOrder | None:
    """An order of one; None: no store offers it."""
    if not sold.store or not sold.variant:
        return None
    body = {
        "store_unique_id": sold.store, "customer_name": "Ani Lestari", "customer_phone": "6281234567890",
        "customer_email": "ani@example.com", "payment_method": sold.method or "invoice",
        "ordervariants": [{"quantity": 1, "variant_unique_id": sold.variant}],
    }  # fmt: skip
    return SampleOrder("/v3/orders", {"Authorization": f"Bearer {key}"}, body)
