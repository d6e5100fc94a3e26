"""The LeuwongRR User API (see README.md beside this file)."""

from __future__ import annotations

from pathlib import Path

from gerai.doors.dialects.leuwongrr.account import BASE
from gerai.doors.dialects.leuwongrr.auth import CHANNEL
from gerai.doors.dialects.leuwongrr.demo import DEMO
from gerai.doors.dialects.leuwongrr.errors import ERRORS, refuse
from gerai.doors.dialects.leuwongrr.events import WEBHOOKS
from gerai.doors.dialects.leuwongrr.keys import KEYS
from gerai.doors.dialects.leuwongrr.merchant_settings import LeuwongrrSettings
from gerai.doors.dialects.leuwongrr.order_details import page_details
from gerai.doors.dialects.leuwongrr.routes import ROUTES
from gerai.doors.dialects.leuwongrr.sample_order import sample_order
from gerai.doors.http.describe import Blurb
from gerai.doors.http.door import Dialect
from gerai.doors.http.links import INVOICE_PAGE
from gerai.doors.http.topping_up import deposit_code
from gerai.kit.bilingual import Bilingual

DIALECT = Dialect(
    name=CHANNEL,
    title="LeuwongRR",
    prefixes=(BASE,),
    routes=ROUTES,
    refuse=refuse,
    errors=ERRORS,
    openapi=Path(__file__).with_name("openapi.yaml"),
    blurb=Blurb(
        sold=Bilingual("gamepass dan private server Roblox", "Roblox game passes and private servers"),
        paths=Bilingual("`/api/v1/…`", "`/api/v1/…`"),
        key=Bilingual(
            "`Bearer lrrs_v1_…` sandbox, `lrrp_v1_…` produksi", "`Bearer lrrs_v1_…` sandbox, `lrrp_v1_…` production"
        ),
    ),
    keys=KEYS,
    demo=DEMO,
    sample=sample_order,
    merchant_settings=LeuwongrrSettings,
    webhooks=WEBHOOKS,
    deposit_code=deposit_code,
    page_details=page_details,
    page_paths=(INVOICE_PAGE,),
)
