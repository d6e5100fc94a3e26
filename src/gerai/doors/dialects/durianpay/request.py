"""``POST /orders``: what a client may send (contract §5.1), and how this door reads whatever it is sent (§21.1, §21.6).

Keys match whatever their case, at every level; unknown ones are ignored.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH
from gerai.doors.dialects.durianpay.auth import NAME
from gerai.doors.dialects.durianpay.request_rules import (
    MOST_RUPIAH,
    NOT_CUSTOMER_ID,
    NOT_EMAIL,
    RULES,
    read_amount_of,
    read_phone,
)
from gerai.doors.dialects.durianpay.wire.formats import is_customer_id
from gerai.doors.http.fields import Fields
from gerai.doors.http.idempotency import IdempotencyKeys

CURRENCY: Final = "IDR"
NO_CUSTOMER: Final = "one of id, email, mobile is required"
ADDRESS_FIELDS: Final = (
    "receiver_name", "receiver_phone", "label", "address_line_1", "address_line_2", "city", "region", "country",
    "postal_code", "landmark",
)  # fmt: skip
_EMAIL: Final = re.compile(r"[^@\s¢£§©]+@[^@\s¢£§©]+\.[^@\s¢£§©]+")
_MOST_ITEMS: Final = 500
_MOST_QUANTITY: Final = 1_000_000
_LONG_TEXT: Final = 5_000
_MOST_METADATA: Final = 65_536
#: How Go writes a time that was never set.
_UNSET_TIME: Final = "0001-01-01"
_JSON: Final = msgspec.json.Encoder(decimal_format="number")

#: Our extension on creates: the standard name, and both names the contract's clients send elsewhere (§19.22). Keys
#: belong to the merchant, so two API keys of one merchant share them.
IDEMPOTENCY: Final = IdempotencyKeys(
    dialect=NAME,
    headers=("idempotency-key", "x-idempotency-key", "idempotency_key"),
    too_long="is too long (maximum is 255 characters)",
    unprintable="must be printable ASCII characters",
)


class NewCustomer(msgspec.Struct, frozen=True):
    """One of ``id``, ``email``, ``mobile`` is there."""

    id: str = ""
    email: str = ""
    mobile: str = ""
    given_name: str = ""
    middle_name: str = ""
    sur_name: str = ""
    customer_ref_id: str = ""
    address: dict[str, str] | None = None


class NewItem(msgspec.Struct, frozen=True):
    """One item. Amounts in sen; empty strings and None are what was not sent."""

    name: str
    qty: int
    price_sen: int
    logo: str = ""
    brand: str = ""
    category: str = ""
    sku: str = ""
    total_price_sen: int | None = None
    metadata: str = ""

    @property
    def line_total_sen(self) -> int:
        return self.price_sen * self.qty if self.total_price_sen is None else self.total_price_sen


class NewOrder(msgspec.Struct, frozen=True):
    """A valid create-order request. ``amount_sen`` is without the shipping fee."""

    amount_sen: int
    customer: NewCustomer
    shipping_fee_sen: int | None = None
    payment_option: str = "full_payment"
    order_ref_id: str = ""
    items: tuple[NewItem, ...] = ()
    description: str = ""
    admin_fee_method: str = "included"
    metadata: dict[str, str] = {}
    expiry_date: datetime | None = None
    is_payment_link: bool = False
    is_notification_enabled: bool = False
    email_subject: str = ""
    email_content: str = ""

    @property
    def total_sen(self) -> int:
        return self.amount_sen + (self.shipping_fee_sen or 0)


def read_order(body: Any) -> NewOrder:
    """Decode and check. BodyUnreadable; InputInvalid with every field that is wrong."""
    form = Fields.of_body(body, RULES)
    form.require("currency")
    form.choice("currency", (CURRENCY,), otherwise=CURRENCY)
    amount = read_amount_of(form, least_sen=SEN_PER_RUPIAH)
    shipping = form.amount("shipping_fee")
    if amount + (shipping or 0) > MAX_SEN:
        form.complain("amount", f"must be at most {MOST_RUPIAH} with the shipping fee")
    order = NewOrder(
        amount_sen=amount,
        shipping_fee_sen=shipping,
        customer=_customer(form.object("customer", required=True)),
        payment_option=form.choice("payment_option", ("full_payment", "installment"), otherwise="full_payment"),
        order_ref_id=form.text("order_ref_id"),
        items=tuple(_item(item) for item in form.objects("items", most=_MOST_ITEMS)),
        description=_loose_text(form, "description"),
        admin_fee_method=form.choice("admin_fee_method", ("included", "excluded"), otherwise="included"),
        metadata=_strings(form, "metadata"),
        expiry_date=_expiry(form),
        is_payment_link=form.flag("is_payment_link"),
        is_notification_enabled=form.flag("is_notification_enabled"),
        email_subject=form.remark("email_subject"),
        email_content=form.remark("email_content", most=_LONG_TEXT),
    )
    form.check()
    return order


def _customer(form: Fields | None) -> NewCustomer:
    if form is None:
        return NewCustomer()
    customer = NewCustomer(
        id=form.text("id"),
        email=form.text("email"),
        mobile=read_phone(form, "mobile" if form.has("mobile") else "phone"),
        given_name=form.text("given_name") or form.text("first_name"),
        middle_name=form.text("middle_name"),
        sur_name=form.text("sur_name"),
        customer_ref_id=form.text("customer_ref_id"),
        address=_address(form.object("address")),
    )
    if not any(form.has(name) for name in ("id", "email", "mobile", "phone")):
        form.complain("id", NO_CUSTOMER)
    if customer.id and not is_customer_id(customer.id):
        form.complain("id", NOT_CUSTOMER_ID)
    if customer.email and not (customer.email.isascii() and _EMAIL.fullmatch(customer.email)):
        form.complain("email", NOT_EMAIL)
    return customer


def _address(form: Fields | None) -> dict[str, str] | None:
    """The ten address fields; ``address_line`` is the older name of ``address_line_1``. None when all are empty."""
    if form is None:
        return None
    read = {"receiver_phone": form.digits_text, "postal_code": form.digits_text}
    address = {name: read.get(name, form.text)(name) for name in ADDRESS_FIELDS}
    address["address_line_1"] = address["address_line_1"] or form.text("address_line")
    return address if any(address.values()) else None


def _item(form: Fields) -> NewItem:
    form.require("name", "price")
    if not form.has("qty") and not form.has("quantity"):
        form.require("qty")
    item = NewItem(
        name=form.text("name"),
        qty=form.integer("qty" if form.has("qty") else "quantity", most=_MOST_QUANTITY) or 1,
        price_sen=form.amount("price") or 0,
        logo=form.picture("logo"),
        brand=form.remark("brand"),
        category=form.remark("category"),
        sku=form.text("sku"),
        total_price_sen=form.amount("total_price"),
        metadata=_loose_text(form, "metadata"),
    )
    if item.line_total_sen > MAX_SEN:
        form.complain("price", f"must be at most {MOST_RUPIAH} times qty")
    return item


def _expiry(form: Fields) -> datetime | None:
    """The instant as written; None when absent, or Go's zero time."""
    sent = form.raw("expiry_date")
    if isinstance(sent, str) and sent.startswith(_UNSET_TIME):
        return None
    return form.moment("expiry_date", bound=True)


def _loose_text(form: Fields, name: str) -> str:
    """Text, or an object as its JSON text: the contract calls some fields a string and shows an object."""
    value = form.raw(name)
    if not isinstance(value, dict):
        return form.remark(name, most=_LONG_TEXT)
    text = _JSON.encode(value).decode() if value else ""
    if len(text) > _LONG_TEXT:
        form.complain(name, f"is too long (maximum is {_LONG_TEXT} characters)")
    return text


def _strings(form: Fields, name: str) -> dict[str, str]:
    """An object of strings, its keys as sent, in their order. Other values become their JSON text, to the last digit;
    plain text becomes ``note``."""
    value = form.raw(name)
    if isinstance(value, str):
        return {"note": value}
    return {key: _as_text(entry) for key, entry in form.mapping(name, most=_MOST_METADATA).items()}


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else _JSON.encode(value).decode()
