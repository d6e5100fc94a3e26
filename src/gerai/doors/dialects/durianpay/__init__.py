"""The Durianpay door: orders and payments of a merchant, in the words of that contract."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gerai.doors.dialects.durianpay.asking import NAME
from gerai.doors.dialects.durianpay.events import WEBHOOKS
from gerai.doors.dialects.durianpay.refusals import refuse
from gerai.doors.dialects.durianpay.routes import PREFIXES, ROUTES
from gerai.doors.dialects.durianpay.wire.formats import new_id
from gerai.doors.http.door import Dialect


def request_id() -> str:
    """``dp_`` + 14 characters (§3)."""
    return new_id("dp")


DIALECT: Final = Dialect(
    name=NAME,
    title="Durianpay",
    prefixes=PREFIXES,
    routes=ROUTES,
    refuse=refuse,
    openapi=Path(__file__).with_name("openapi.yaml"),
    webhooks=WEBHOOKS,
    request_id=request_id,
    strip_slash=True,
)
