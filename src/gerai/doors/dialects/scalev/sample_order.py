"""The request that a seller tries this door with: one of the goods, as its store is paid."""

from __future__ import annotations

from typing import Any

from gerai.engine.desk.sample_orders import ForSale, SampleOrder


def sample_order(sold: ForSale, key: str) -> SampleOrder | None:
    """An order of one; None: no store offers it."""
    if not sold.store or not sold.variant:
        return None
    body: dict[str, Any] = {
        "store_unique_id": sold.store, "customer_name": "Ani Lestari", "customer_phone": "6281234567890",
        "customer_email": "ani@example.com", "payment_method": sold.method or "invoice",
        "ordervariants": [{"quantity": 1, "variant_unique_id": sold.variant}],
    }  # fmt: skip
    if sold.parcel is not None:
        body |= {
            "address": "Jl. Melati 7", "location_id": sold.parcel.location_id, "postal_code": sold.parcel.postal_code,
            "warehouse_unique_id": sold.parcel.warehouse, "courier_service_id": sold.parcel.courier_service_id,
            "shipping_cost": sold.parcel.cost_sen // 100,
        }  # fmt: skip
    return SampleOrder("/v3/orders", {"Authorization": f"Bearer {key}"}, body)
