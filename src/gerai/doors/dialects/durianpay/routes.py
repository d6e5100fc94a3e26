"""Which path goes to which endpoint. Every path exists under ``/v1`` and without it (§1)."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.responses import Response

from gerai.doors.dialects.durianpay import charge, orders, payments
from gerai.doors.dialects.durianpay.auth import authenticate
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Route, reply

#: Also what is for later is answered in this door's envelope: SNAP is ``/v1.0``.
PREFIXES: Final = (
    "/v1",
    *("/orders", "/payments", "/merchants", "/customers", "/refunds"),
    *("/disbursements", "/settlements", "/invoices", "/subscriptions", "/ewallet", "/va", "/v1.0"),
)


#: Paths of the contract beside ``/payments/{id}`` that come later: unknown ones, not payments that nobody has.
LATER: Final = frozenset(f"{prefix}/payments/{path}" for prefix in ("/v1", "") for path in ("va", "va/static"))


async def merchant_token(ctx: RequestContext) -> Response:
    """``POST /merchants/token``: an opaque token for the browser checkout; the body (``null``) is not looked at."""
    authenticate(ctx)
    return reply({"data": {"access_token": secrets.token_hex(32)}})


_BARE: Final = (
    Route("POST", "/orders", orders.create_order),
    Route("GET", "/orders", orders.list_orders),
    Route("GET", "/orders/{id}", orders.fetch_order),
    Route("POST", "/payments/charge", charge.charge),
    Route("POST", "/payments/va/simulate", payments.simulate_transfer),
    Route("POST", "/payments/va/static/simulate", payments.simulate_transfer),
    Route("GET", "/payments", payments.list_payments),
    Route("GET", "/payments/{id}", payments.fetch_payment),
    Route("GET", "/payments/{id}/status", payments.payment_status_of),
    Route("POST", "/payments/{id}/verify", payments.verify_payment),
    Route("PUT", "/payments/{id}/cancel", payments.cancel_payment),
    Route("POST", "/merchants/token", merchant_token),
)

ROUTES: Final = tuple(
    Route(route.method, prefix + route.path, route.endpoint) for prefix in ("/v1", "") for route in _BARE
)
