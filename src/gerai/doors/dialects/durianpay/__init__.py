"""The Durianpay door: orders and payments of a merchant, in the words of that contract."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from gerai.doors.dialects.durianpay.auth import NAME
from gerai.doors.dialects.durianpay.demo import DEMO
from gerai.doors.dialects.durianpay.errors import ERRORS, refuse
from gerai.doors.dialects.durianpay.events import WEBHOOKS
from gerai.doors.dialects.durianpay.keys import KEYS
from gerai.doors.dialects.durianpay.order_details import page_details
from gerai.doors.dialects.durianpay.routes import LATER, PREFIXES, ROUTES
from gerai.doors.dialects.durianpay.sample_order import sample_order
from gerai.doors.dialects.durianpay.wire.formats import new_id
from gerai.doors.http.describe import Blurb
from gerai.doors.http.door import Dialect
from gerai.kit.bilingual import Bilingual


def request_id() -> str:
    """``dp_`` + 14 characters (§3)."""
    return new_id("dp")


DIALECT: Final = Dialect(
    name=NAME,
    title="Durianpay",
    prefixes=PREFIXES,
    routes=ROUTES,
    later=LATER,
    refuse=refuse,
    openapi=Path(__file__).with_name("openapi.yaml"),
    blurb=Blurb(
        sold=Bilingual("pesanan pembayaran, virtual account, QRIS", "payment orders, virtual accounts, QRIS"),
        paths=Bilingual("`/v1/…`, atau tanpa awalan", "`/v1/…`, or without the prefix"),
        key=Bilingual("Basic, `dp_test_…` atau `dp_live_…`", "Basic, `dp_test_…` or `dp_live_…`"),
    ),
    keys=KEYS,
    demo=DEMO,
    sample=sample_order,
    webhooks=WEBHOOKS,
    page_details=page_details,
    errors=ERRORS,
    link_codes=re.compile("[A-Za-z]{6}"),
    request_id=request_id,
)
