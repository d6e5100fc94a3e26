"""Path → endpoint. Everything else under the prefix is an unknown path."""

from __future__ import annotations

from typing import Final

from gerai.doors.dialects.scalev import orders, shipments, shipping, stores
from gerai.doors.dialects.scalev.request_shipment import read_receipt, read_shipment, read_status
from gerai.doors.http.door import Route

ROUTES: Final = (
    Route("GET", "/v3/stores/simplified", stores.simplified),
    Route("GET", "/v3/stores/{store_id}", stores.one_store),
    Route("GET", "/v3/stores/{store_id}/payment-methods", stores.payment_methods),
    Route("GET", "/v3/stores/{store_id}/products", stores.products),
    Route("GET", "/v3/stores/{store_id}/bundles", stores.bundles),
    Route("GET", "/v3/stores/{store_id}/bundles/{bundle_id}", stores.one_bundle),
    Route("GET", "/v3/stores/{store_id}/bundle-price-options", stores.price_options),
    Route("GET", "/v3/stores/{store_id}/bundle-price-options/{option_id}", stores.one_price_option),
    Route("GET", "/v3/locations", shipping.locations),
    Route("GET", "/v3/locations/{location_id}/postal-codes", shipping.postal_codes),
    Route("POST", "/v3/shipping-costs", shipping.shipping_costs),
    Route("POST", "/v3/shipping-costs/search-warehouse", shipping.search_warehouse),
    Route("POST", "/v3/shipping-costs/search-courier-service", shipping.search_courier_service),
    Route("POST", "/v3/orders", orders.create_order),
    Route("GET", "/v3/orders", orders.list_orders),
    Route("POST", "/v3/orders/change-status", orders.change_status),
    Route("GET", "/v3/orders/{order_id}", orders.get_order),
    Route("PATCH", "/v3/orders/{order_id}/shipment-receipt", shipments.recording(read_receipt)),
    Route("POST", "/v3/orders/{order_id}/shipment-status-history", shipments.recording(read_status)),
    Route("PATCH", "/v3/orders/{order_id}/shipment", shipments.recording(read_shipment)),
)
#: Paths of the contract beside ``/v3/orders/{order_id}`` that come later: unknown ones, not orders that nobody has.
LATER: Final = frozenset(
    f"/v3/orders/{word}"
    for word in (
        "tags", "statistics", "emails", "utm-sources", "utm-mediums", "utm-campaigns", "utm-contents", "utm-terms",
        "pg-reference-id", "pg-reference-ids", "delete", "generate-awb", "cancel-awb", "mark-not-spam", "upload",
        "upload-change-status", "upload-receipt",
    )
)  # fmt: skip
