"""The Scalev door: stores, shipping and orders under ``/v3``."""

from __future__ import annotations

from pathlib import Path

from gerai.doors.dialects.scalev import routes_orders, routes_shipments, routes_shipping, routes_stores
from gerai.doors.dialects.scalev.events import WEBHOOKS
from gerai.doors.dialects.scalev.facts import CHANNEL
from gerai.doors.dialects.scalev.refusals import refuse
from gerai.doors.http.door import Dialect

DIALECT = Dialect(
    name=CHANNEL,
    title="Scalev",
    prefixes=("/v3",),
    routes=(*routes_stores.ROUTES, *routes_shipping.ROUTES, *routes_orders.ROUTES, *routes_shipments.ROUTES),
    refuse=refuse,
    openapi=Path(__file__).with_name("openapi.yaml"),
    webhooks=WEBHOOKS,
    strip_slash=True,
)
