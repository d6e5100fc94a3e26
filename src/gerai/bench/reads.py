"""The cases that read: an order by its code, pages of lists, and each filter a list has.

The values asked for are taken from the orders that are stored; where nobody has a value, a list must be as quick. The
other side is one statement, written for that question alone, which gives the same orders with everything around them.
"""

from __future__ import annotations

from typing import Final

from gerai.bench.case import ENVIRONMENT, Case, CaseStep, Read
from gerai.domain.states import ORDER
from gerai.doors.dialects.scalev.demo.goods import STORE

#: What the stored orders of Cek Ceir are for.
SERVICE: Final = "cek_imei"
#: A page of 25, and one more to know whether there is a next one.
_PAGE: Final = 26
_OF: Final = f"t.merchant_id = $merchant AND t.environment = '{ENVIRONMENT}' AND t.channel = "
_NEWEST: Final = "t.created_at DESC, t.order_id DESC"
_WHOLE: Final = (
    "SELECT * FROM ({page}) t "
    "JOIN order_lines l ON l.merchant_id = t.merchant_id AND l.order_id = t.order_id "
    "LEFT JOIN invoices i ON i.merchant_id = t.merchant_id AND i.invoice_id = t.order_id "
    "LEFT JOIN payments p ON p.merchant_id = t.merchant_id AND p.order_id = t.order_id "
    "LEFT JOIN fulfilments f ON f.merchant_id = t.merchant_id AND f.fulfilment_id = t.order_id "
    "LEFT JOIN shipments s ON s.merchant_id = t.merchant_id AND s.shipment_id = t.order_id "
    "LEFT JOIN members m ON m.merchant_id = t.merchant_id AND m.member_id = t.member_id "
    "LEFT JOIN LATERAL (SELECT array_agg(e.facts ORDER BY e.event_id) FROM events e "
    "WHERE e.merchant_id = t.merchant_id AND e.order_id = t.order_id) h ON true "
    f"ORDER BY {_NEWEST}"
)
#: One order, by its id.
WHOLE_ORDER: Final = _WHOLE.format(
    page="SELECT * FROM orders t WHERE t.merchant_id = $merchant AND t.order_id = $order"
)
#: Some values of a column of the stored orders, here and there in time.
_SOME: Final = (
    "SELECT {column} FROM (SELECT * FROM orders t WHERE merchant_id = %(merchant)s AND channel = '{channel}' "
    "AND order_id < %(below)s{also} ORDER BY created_at DESC LIMIT 20000) t {joined} WHERE {column} <> '' "
    "ORDER BY md5({column}) LIMIT 50"
)
_MADE: Final = "JOIN fulfilments f ON f.merchant_id = t.merchant_id AND f.fulfilment_id = t.order_id"
_SENT: Final = "JOIN shipments s ON s.merchant_id = t.merchant_id AND s.shipment_id = t.order_id"
_CHARGED: Final = (
    "JOIN payments p ON p.merchant_id = t.merchant_id AND p.environment = t.environment AND p.order_id = t.order_id"
)


def _whole(channel: str, where: str = "", joined: str = "") -> str:
    """The newest page of orders that fit, with everything around them."""
    also = f" AND {where}" if where else ""
    page = f"SELECT t.* FROM orders t {joined} WHERE {_OF}'{channel}'{also} ORDER BY {_NEWEST} LIMIT {_PAGE}"
    return _WHOLE.format(page=page)


def _having(channel: str, term: str) -> str:
    """The same of orders with a term (``order_terms``), whose index has them in this order, week by week."""
    found = (
        f"SELECT x.order_id FROM order_terms x WHERE {_OF.replace('t.', 'x.')}'{channel}' AND x.term = {term} "
        f"ORDER BY x.week DESC, x.created_at DESC, x.order_id DESC LIMIT {_PAGE}"
    )
    page = f"SELECT t.* FROM ({found}) x JOIN orders t ON t.merchant_id = $merchant AND t.order_id = x.order_id"
    return _WHOLE.format(page=page)


def _paid_so(payment: str, *statuses: str) -> str:
    """The same of orders whose payment stands so, in one of these states."""
    each = [
        f"(SELECT x.week, x.created_at, x.order_id FROM order_terms x WHERE {_OF.replace('t.', 'x.')}'scalev' "
        f"AND x.term = 'y' || {payment} || '/{status}' "
        f"ORDER BY x.week DESC, x.created_at DESC, x.order_id DESC LIMIT {_PAGE})"
        for status in statuses
    ]
    found = f"SELECT * FROM ({' UNION ALL '.join(each)}) x ORDER BY created_at DESC, order_id DESC LIMIT {_PAGE}"
    page = f"SELECT t.* FROM ({found}) x JOIN orders t ON t.merchant_id = $merchant AND t.order_id = x.order_id"
    return _WHOLE.format(page=page)


def _some(channel: str, column: str, joined: str = "", also: str = "") -> str:
    return _SOME.format(channel=channel, column=column, joined=joined, also=also)


def _list(name: str, title: str, door: str, path: str, holds: str, read: Read) -> Case:
    return Case(name, title, door, (CaseStep("GET", path, contains=holds),), unit="reads", read=read)


def _scalev(name: str, title: str, query: str, statement: str, values: str, *absent: str) -> Case:
    """A filter of Scalev's list."""
    read = Read(statement, values, absent)
    return _list(name, f"Scalev: {title}", "scalev", f"/v3/orders?{query}", '"is_paginated":true', read)


def _search(field: str, title: str, statement: str, values: str, *absent: str) -> Case:
    """A search field of Scalev's list."""
    query = f"search_field={field}&search=<value>"
    return _scalev(f"search-{title}", f"search by {title}", query, statement, values, *absent)


def _cekceir(name: str, title: str, query: str, statement: str, values: str, *absent: str) -> Case:
    """A list of one Cek Ceir account, which has a third of its counter's orders."""
    read = Read(statement, values, absent)
    return _list(name, f"Cek Ceir: {title}", "cekceir", f"/api/order?limit=25{query}", '"items":[', read)


_STATES: Final = "SELECT unnest(ARRAY['pending', 'completed', 'canceled'])"
_DAYS: Final = (
    "SELECT DISTINCT (created_at AT TIME ZONE 'Asia/Jakarta')::date::text FROM (SELECT created_at FROM orders "
    "WHERE merchant_id = %(merchant)s AND channel = 'durianpay' AND order_id < %(below)s ORDER BY created_at DESC "
    "LIMIT 20000) t LIMIT 50"
)
_ON_DAY: Final = (
    "t.created_at >= $1::timestamp AT TIME ZONE 'Asia/Jakarta' "
    "AND t.created_at < ($1::timestamp + interval '1 day') AT TIME ZONE 'Asia/Jakarta'"
)
_PAYMENTS: Final = (
    "SELECT * FROM payments t JOIN orders o ON o.merchant_id = t.merchant_id AND o.order_id = t.order_id "
    f"AND o.channel = 'durianpay' WHERE t.merchant_id = $merchant AND t.environment = '{ENVIRONMENT}' AND {_ON_DAY} "
    "ORDER BY t.created_at DESC, t.payment_id DESC LIMIT 25"
)
_DEEP: Final = (
    "SELECT public_id FROM (SELECT public_id, created_at FROM orders WHERE merchant_id = %(merchant)s "
    "AND member_id = %(buyer)s AND channel = 'cekceir' AND order_id < %(below)s ORDER BY created_at LIMIT 1000) t "
    "ORDER BY md5(public_id) LIMIT 50"
)
_BEFORE: Final = (
    " AND (t.created_at, t.order_id) < (SELECT e.created_at, e.order_id FROM orders e "
    "WHERE e.merchant_id = $merchant AND e.order_id = $1::bigint)"
)
_STATE_OF: Final = "(CASE $1 WHEN 'canceled' THEN '{cancelled,expired,failed}'::text[] ELSE ARRAY[$1] END)"

_HAS_RECEIPT: Final = """lower(s.receipt COLLATE "C") = lower($1 COLLATE "C") AND s.receipt <> ''"""
_ACCOUNT: Final = "t.member_id = $buyer"
_TERM_OF_SERVICE: Final = r"'lservice_code=' || $1 || E'\x02' || $buyer"

READS: Final = (
    Case(
        "read", "Scalev: one order by its id", "scalev", (CaseStep("GET", "/v3/orders/<value>", contains='"<value>"'),),
        unit="reads", read=Read(_whole("scalev", "t.public_id = $1"), _some("scalev", "public_id")),
    ),
    _scalev("list-first", "the first page", "page_size=25", _whole("scalev"), ""),
    _cekceir(
        "list-deep", "the last pages of an account's list", "&cursor=<value>", _whole("cekceir", _ACCOUNT + _BEFORE),
        _DEEP,
    ),
    _cekceir("list-account", "the first page of an account's list", "", _whole("cekceir", _ACCOUNT), ""),
    _cekceir(
        "list-account-state", "an account's orders in a state", "&status=<value>",
        _whole("cekceir", f"{_ACCOUNT} AND t.status = $1"),
        "SELECT unnest(ARRAY['completed', 'processing', 'cancelled'])", "draft",
    ),
    _cekceir(
        "list-service", "an account's orders of a service", "&service_code=<value>",
        _having("cekceir", _TERM_OF_SERVICE), f"SELECT '{SERVICE}'", "nothing",
    ),
    _cekceir(
        "list-text", "an account's orders by the provider's reference", "&q=<value>",
        _having("cekceir", "'w' || lower($1)"),
        _some("cekceir", "f.reference", _MADE, " AND member_id = %(buyer)s"), "nothing",
    ),
    _list(
        "list-days", "Durianpay: a day's orders", "durianpay", "/v1/orders?limit=25&from=<value>&to=<value>",
        '"orders":', Read(_whole("durianpay", _ON_DAY), _DAYS, ("2001-01-01",)),
    ),
    _list(
        "list-payments", "Durianpay: a day's payments", "durianpay", "/v1/payments?limit=25&from=<value>&to=<value>",
        '"payments":', Read(_PAYMENTS, _DAYS, ("2001-01-01",)),
    ),
    _list(
        "list-member", "LeuwongRR: the newest of a member", "leuwongrr", "/api/v1/me/orders?limit=25", '"orders":[',
        Read(_whole("leuwongrr", "t.member_id = $reader")),
    ),
    _scalev(
        "list-state", "by state", "status=<value>", _whole("scalev", f"t.status = ANY({_STATE_OF})"), _STATES,
        "closed", "draft",
    ),
    _scalev(
        "list-payment", "by state of the payment", "payment_status=<value>", _paid_so("$1", *sorted(ORDER.states)),
        "SELECT unnest(ARRAY['paid', 'unpaid'])", "conflict", "settled",
    ),
    _scalev(
        "list-state-payment", "by state and payment", "status=completed&payment_status=<value>",
        _paid_so("$1", "completed"), "SELECT 'paid'", "unpaid",
    ),
    _scalev(
        "list-parcel", "by state of the parcel", "shipment_status=<value>", _having("scalev", "'s' || $1"),
        "SELECT 'delivered'", "returned",
    ),
    _scalev(
        "list-store", "by store", "store_id=<value>", _having("scalev", "'lstore_id=' || $1"), f"SELECT '{STORE}'", "1",
    ),
    _scalev(
        "list-method", "by way of paying", "payment_method=<value>", _having("scalev", "'lmethod=' || $1"),
        "SELECT 'invoice'", "cod",
    ),
    _scalev(
        "list-number", "by number", "order_id=<value>", _having("scalev", "'#' || lower($1)"),
        _some("scalev", "number"), "N-nothing",
    ),
    _scalev(
        "list-reference", "by reference", "external_id=<value>", _having("scalev", "'=' || lower($1)"),
        _some("scalev", "reference"), "nothing",
    ),
    _search("order_id", "number", _having("scalev", "'#' || lower($1)"), _some("scalev", "number"), "nothing"),
    _search("external_id", "reference", _having("scalev", "'=' || lower($1)"), _some("scalev", "reference"), "nothing"),
    _search(
        "shipment_receipt", "receipt", _whole("scalev", _HAS_RECEIPT, _SENT),
        _some("scalev", "s.receipt", _SENT), "JNE-nothing",
    ),
    _search(
        "pg_reference_id", "payment", _whole("scalev", "p.public_id = $1", _CHARGED),
        _some("scalev", "p.public_id", _CHARGED), "pay_nothing",
    ),
    _search(
        "gross_revenue", "amount", _having("scalev", "'t' || $1 || '00'"),
        "SELECT DISTINCT (total_sen / 100)::text FROM (SELECT total_sen FROM orders WHERE merchant_id = %(merchant)s "
        "AND channel = 'scalev' AND order_id < %(below)s LIMIT 200) t", "1",
    ),
    # The word that few have: everybody else's is "customer".
    _search(
        "customer_name", "name", _having("scalev", "'n' || split_part(lower($1), ' ', 2)"),
        _some("scalev", "contact ->> 'name'"), "Mr Nobody",
    ),
    _search(
        "customer_email", "e-mail", _having("scalev", "'@' || lower($1)"), _some("scalev", "contact ->> 'email'"),
        "nobody@example.com",
    ),
    _search(
        "customer_phone", "phone", _having("scalev", "'+' || $1"), _some("scalev", "contact ->> 'mobile'"),
        "6289999999999",
    ),
)  # fmt: skip
