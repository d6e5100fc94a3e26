"""The Cek Ceir door: services ordered by code, paid from the caller's wallet. See README.md."""

from __future__ import annotations

from pathlib import Path

from gerai.doors.dialects.cekceir.auth import CHANNEL
from gerai.doors.dialects.cekceir.demo import DEMO
from gerai.doors.dialects.cekceir.errors import ERRORS, refuse
from gerai.doors.dialects.cekceir.events import WEBHOOKS
from gerai.doors.dialects.cekceir.keys import KEYS
from gerai.doors.dialects.cekceir.merchant_settings import CekceirSettings
from gerai.doors.dialects.cekceir.routes import ROUTES
from gerai.doors.dialects.cekceir.sample_order import sample_order
from gerai.doors.http.describe import Blurb
from gerai.doors.http.door import Dialect
from gerai.doors.http.links import INVOICE_PAGE
from gerai.doors.http.topping_up import deposit_code
from gerai.engine.catalogue.services import SERVICES
from gerai.kit.bilingual import Bilingual

DIALECT = Dialect(
    name=CHANNEL,
    title="Cek Ceir",
    prefixes=("/api",),
    routes=ROUTES,
    refuse=refuse,
    errors=ERRORS,
    openapi=Path(__file__).with_name("openapi.yaml"),
    blurb=Blurb(
        sold=Bilingual(
            "layanan berskema JSON Schema (cek IMEI …), dibayar dari saldo",
            "services described by JSON Schema (IMEI checks …), paid from a wallet",
        ),
        paths=Bilingual("`/api/…`", "`/api/…`"),
        key=Bilingual("`Bearer <id>.<secret>`", "`Bearer <id>.<secret>`"),
    ),
    keys=KEYS,
    demo=DEMO,
    sample=sample_order,
    parts=(SERVICES,),
    merchant_settings=CekceirSettings,
    webhooks=WEBHOOKS,
    deposit_code=deposit_code,
    page_paths=(INVOICE_PAGE,),
)
