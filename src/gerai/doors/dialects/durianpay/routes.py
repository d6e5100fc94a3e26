"""Which path goes to which endpoint. Every path exists under ``/v1`` and without it (§1)."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.responses import Response

from gerai.doors.dialects.durianpay import charge, orders, payments
from gerai.doors.dialects.durianpay.asking import enter
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Route, reply

PREFIXES: Final = ("/v1", "/orders", "/payments", "/merchants", "/customers", "/refunds")


async def merchant_token(ctx: RequestContext) -> Response:
    """``POST /merchants/token``: an opaque token for the browser checkout; the body (``null``) is not looked at."""
    enter(ctx)
    return reply({"data": {"access_token": secrets.token_hex(32)}})


_BARE: Final = (
    Route("POST", "/orders", orders.create),
    Route("GET", "/orders", orders.listing),
    Route("GET", "/orders/{id}", orders.fetch),
    Route("POST", "/payments/charge", charge.charge),
    Route("POST", "/payments/va/simulate", payments.simulate),
    Route("POST", "/payments/va/static/simulate", payments.simulate),
    Route("GET", "/payments", payments.listing),
    Route("GET", "/payments/{id}", payments.fetch),
    Route("GET", "/payments/{id}/status", payments.status),
    Route("POST", "/payments/{id}/verify", payments.verify),
    Route("PUT", "/payments/{id}/cancel", payments.cancel),
    Route("POST", "/merchants/token", merchant_token),
)

ROUTES: Final = tuple(
    Route(route.method, prefix + route.path, route.endpoint) for prefix in ("/v1", "") for route in _BARE
)
