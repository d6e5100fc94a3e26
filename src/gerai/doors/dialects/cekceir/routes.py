"""Path → endpoint."""

from __future__ import annotations

from typing import Final

from gerai.doors.dialects.cekceir.account import get_me, get_wallet
from gerai.doors.dialects.cekceir.deposits import (
    create_deposit,
    get_deposit,
    get_provider,
    list_deposits,
    list_providers,
)
from gerai.doors.dialects.cekceir.orders import create_order, get_order, list_orders
from gerai.doors.dialects.cekceir.services import get_service, list_services
from gerai.doors.http.door import Route

ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/api/services", list_services),
    Route("GET", "/api/services/{id}", get_service),
    Route("POST", "/api/order", create_order),
    Route("GET", "/api/order", list_orders),
    Route("GET", "/api/order/{id}", get_order),
    Route("GET", "/api/order/{id}/status", get_order),
    Route("GET", "/api/deposit/provider", list_providers),
    Route("GET", "/api/deposit/provider/{code}", get_provider),
    Route("POST", "/api/deposit", create_deposit),
    Route("GET", "/api/deposit", list_deposits),
    Route("GET", "/api/deposit/{id}", get_deposit),
    Route("GET", "/api/me", get_me),
    Route("GET", "/api/wallet/snap", get_wallet),
)
