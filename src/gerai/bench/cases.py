"""The cases that write, and all cases by name."""

from __future__ import annotations

from typing import Final

from gerai.bench.case import DISCORD_USER_ID, MEMBERS, Case, CaseStep
from gerai.bench.reads import READS
from gerai.doors.dialects.scalev.demo.goods import EBOOK_V, OTHER_STORE, SHIRT_M, STORE, SURABAYA

_GAME: Final = (
    '{"order_type":"gamepass","roblox_username":"LeuwongUser","place_id":123456789,"roblox_pass_id":987654321,'
    '"payment_method":"%s","client_reference":"bench-reference-<n>"}'
)
_INVOICE: Final = CaseStep("POST", "/api/v1/me/orders", 201, _GAME % "invoice", once=True)
_BALANCE: Final = CaseStep(
    "POST", "/api/v1/me/orders", 201, _GAME % "balance", headers=f"X-Discord-User-ID: {DISCORD_USER_ID}\r\n",
    once=True,
)  # fmt: skip

_PAYMENT_ORDER: Final = CaseStep(
    "POST", "/v1/orders", 200,
    '{"amount":"10001.00","payment_option":"full_payment","currency":"IDR","order_ref_id":"bench-reference-<n>",'
    '"customer":{"given_name":"Jane","email":"c<turn>@example.com","mobile":"+6281200000<turn>"},'
    '"items":[{"name":"LED Television","qty":1,"price":"10001.00","logo":""}]}',
    keep={"order": r'"id":"(ord_\w+)"'}, once=True,
)  # fmt: skip
_CHARGE: Final = CaseStep(
    "POST", "/v1/payments/charge", 200,
    '{"type":"VA","request":{"order_id":"<order>","amount":"10001.00","name":"Jane","bank_code":"MANDIRI",'
    '"payment_ref_id":"bench-payment-<n>"}}',
    contains='"<order>"', once=True,
)  # fmt: skip

#: Of a store, of one piece of a variant, and what a parcel takes.
_BUYER: Final = (
    '{"store_unique_id":"%s","customer_name":"John Doe","customer_phone":"6281200000<turn>",'
    '"customer_email":"c<turn>@example.com","payment_method":"invoice","notes":"bench-reference-<n>",'
    '"ordervariants":[{"quantity":1,"variant_unique_id":"%s"}]%s}'
)
_PARCEL: Final = (
    ',"address":"Jl. Pegangsaan Timur No. 28","location_id":1,"postal_code":"12345",'
    f'"warehouse_unique_id":"{SURABAYA}","courier_service_id":1,"shipping_cost":20000,"shipment_provider_code":"lincah"'
)
_KEPT: Final = {"order": r'"id":"([0-9a-f-]{36})"', "secret": r'"secret_slug":"([\w-]+)"'}
_DIGITAL: Final = CaseStep("POST", "/v3/orders", 200, _BUYER % (STORE, EBOOK_V, ""), keep=_KEPT, once=True)
_PHYSICAL: Final = CaseStep("POST", "/v3/orders", 200, _BUYER % (STORE, SHIRT_M, _PARCEL), keep=_KEPT, once=True)
#: Of the store where a person says when a digital order is done.
_BY_HAND: Final = CaseStep("POST", "/v3/orders", 200, _BUYER % (OTHER_STORE, EBOOK_V, ""), keep=_KEPT, once=True)
_PAY: Final = CaseStep("POST", "/i/<secret>/play", 303, "act=pay", content_type="application/x-www-form-urlencoded")
_COMPLETE: Final = CaseStep(
    "POST", "/v3/orders/change-status", 200, '{"ids":["<order>"],"status":"completed"}', contains='"completed"'
)
_READ: Final = CaseStep("GET", "/v3/orders/<order>", 200, contains='"status":"completed"')

WRITES: Final = (
    Case("invoice", f"LeuwongRR: invoice orders, spread over {MEMBERS:,} accounts", "leuwongrr", (_INVOICE,)),
    Case("hot-wallet", "LeuwongRR: wallet orders, all on one wallet", "leuwongrr", (_BALANCE,), members=1),
    Case(
        "durianpay", f"Durianpay: an order and its virtual account, {MEMBERS:,} customers, two requests", "durianpay",
        (_PAYMENT_ORDER, _CHARGE),
    ),
    Case("scalev", f"Scalev: digital orders of {MEMBERS:,} customers, each announced", "scalev", (_DIGITAL,)),
    Case("hot-variant", "Scalev: parcels, all of one variant in one warehouse, each announced", "scalev", (_PHYSICAL,)),
    Case(
        "life", "Scalev: placed, paid on its page, completed, read; each change's webhook queued; four requests",
        "scalev", (_BY_HAND, _PAY, _COMPLETE, _READ), unit="lives",
    ),
)  # fmt: skip

CASES: Final = {case.name: case for case in (*WRITES, *READS)}
#: Names of several cases at once.
GROUPS: Final = {"writes": tuple(case.name for case in WRITES), "reads": tuple(case.name for case in READS)}
