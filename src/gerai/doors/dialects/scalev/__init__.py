"""The Scalev door: stores, shipping and orders under ``/v3``."""

from __future__ import annotations

from pathlib import Path

from gerai.doors.dialects.scalev.demo import DEMO
from gerai.doors.dialects.scalev.errors import ERRORS, refuse
from gerai.doors.dialects.scalev.events import WEBHOOKS
from gerai.doors.dialects.scalev.keys import KEYS
from gerai.doors.dialects.scalev.methods import STORE_METHODS
from gerai.doors.dialects.scalev.order_details import CHANNEL, page_details
from gerai.doors.dialects.scalev.routes import LATER, ROUTES
from gerai.doors.dialects.scalev.sample_order import sample_order
from gerai.doors.http.describe import Blurb
from gerai.doors.http.door import Dialect
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.kit.bilingual import Bilingual

DIALECT = Dialect(
    name=CHANNEL,
    title="Scalev",
    prefixes=("/v3", "/v2"),
    routes=ROUTES,
    later=LATER,
    refuse=refuse,
    errors=ERRORS,
    openapi=Path(__file__).with_name("openapi.yaml"),
    blurb=Blurb(
        sold=Bilingual(
            "barang digital dan fisik, paket, ongkos kirim", "digital and physical goods, bundles, shipping"
        ),
        paths=Bilingual("`/v3/…`", "`/v3/…`"),
        key=Bilingual("`Bearer sk_…`", "`Bearer sk_…`"),
    ),
    keys=KEYS,
    demo=DEMO,
    sample=sample_order,
    parts=(STOREFRONT,),
    store_methods=STORE_METHODS,
    webhooks=WEBHOOKS,
    page_details=page_details,
    page_paths=("/o/{secret}", "/o/{secret}/success"),
    cash_labels=(("method", "cod"),),
)
