"""Path → endpoint."""

from __future__ import annotations

from typing import Final

from gerai.doors.dialects.leuwongrr import account, articles, deposits, invoices, orders
from gerai.doors.dialects.leuwongrr.account import BASE
from gerai.doors.http.door import Route

ROUTES: Final = (
    Route("GET", f"{BASE}/health", account.health),
    Route("GET", f"{BASE}/articles", articles.list_articles),
    Route("GET", f"{BASE}/articles/{{slug}}", articles.get_article),
    Route("POST", f"{BASE}/auth/token/validate", account.validate),
    Route("GET", f"{BASE}/me", account.get_me),
    Route("GET", f"{BASE}/me/balance", account.get_balance),
    Route("GET", f"{BASE}/me/orders", orders.list_orders),
    Route("POST", f"{BASE}/me/orders", orders.create_order),
    Route("GET", f"{BASE}/me/orders/{{invoice}}", orders.get_order),
    Route("GET", f"{BASE}/me/invoices/{{invoice}}", invoices.get_invoice),
    Route("GET", f"{BASE}/me/invoices/{{invoice}}/status", invoices.get_invoice_status),
    Route("GET", f"{BASE}/me/deposits", deposits.list_deposits),
    Route("POST", f"{BASE}/me/deposits", deposits.create_deposit),
    Route("GET", f"{BASE}/me/deposits/{{invoice}}", deposits.get_deposit),
)
