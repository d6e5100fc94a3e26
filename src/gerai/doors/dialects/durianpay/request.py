"""``POST /orders``: what a client may send, read leniently (contract §5.1), and the details an order keeps of it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec
import phonenumbers

from gerai.domain.money import MAX_SEN
from gerai.doors.dialects.durianpay.wire.form import BLANK, INVALID, Form
from gerai.doors.dialects.durianpay.wire.formats import is_customer_id

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
    form = Form.of(body)
    form.require("amount", "currency", "customer")
    form.choice("currency", (CURRENCY,), CURRENCY)
    amount = form.amount("amount")
    if amount == 0:
        form.complain("amount", "amount invalid")
    shipping = form.amount("shipping_fee")
    if (amount or 0) + (shipping or 0) > MAX_SEN:
        form.complain("amount", "amount invalid")
    order = NewOrder(
        amount_sen=amount or 0,
        shipping_fee_sen=shipping,
        customer=_customer(form.form("customer")),
        payment_option=form.choice("payment_option", ("full_payment", "installment"), "full_payment"),
        order_ref_id=form.text("order_ref_id"),
        items=tuple(_item(item) for item in form.forms("items", _MOST_ITEMS)),
        description=form.loose_text("description", _LONG_TEXT),
        admin_fee_method=form.choice("admin_fee_method", ("included", "excluded"), "included"),
        metadata=form.strings("metadata"),
        expiry_date=form.moment("expiry_date"),
        is_payment_link=form.flag("is_payment_link"),
        is_notification_enabled=form.flag("is_notification_enabled"),
        email_subject=form.text("email_subject"),
        email_content=form.text("email_content", _LONG_TEXT),
    )
    form.check()
    return order


def _customer(form: Form | None) -> NewCustomer:
    if form is None:
        return NewCustomer()
    customer = NewCustomer(
        id=form.text("id"),
        email=form.text("email").strip(),
        mobile=(form.text("mobile") or form.text("phone")).strip(),
        given_name=form.text("given_name") or form.text("first_name"),
        middle_name=form.text("middle_name"),
        sur_name=form.text("sur_name"),
        customer_ref_id=form.text("customer_ref_id"),
        address=_address(form.form("address")),
    )
    if not any(form.has(name) for name in ("id", "email", "mobile", "phone")):
        form.complain("id", NO_CUSTOMER)
    if customer.id and not is_customer_id(customer.id):
        form.complain("id", INVALID)
    if customer.email and not (customer.email.isascii() and _EMAIL.fullmatch(customer.email)):
        form.complain("email", INVALID)
    if customer.mobile and not _is_phone(customer.mobile):
        form.complain("mobile" if form.has("mobile") else "phone", INVALID)
    return customer


def _address(form: Form | None) -> dict[str, str] | None:
    """The ten address fields; ``address_line`` is the older name of ``address_line_1``. None when all are empty."""
    if form is None:
        return None
    address = {name: form.text(name) for name in ADDRESS_FIELDS}
    address["address_line_1"] = address["address_line_1"] or form.text("address_line")
    return address if any(address.values()) else None


def _item(form: Form) -> NewItem:
    quantity_name = "qty" if form.has("qty") else "quantity"
    quantity = form.integer(quantity_name, 1, _MOST_QUANTITY)
    if not form.has(quantity_name):
        form.complain("qty", BLANK)
    form.require("name", "price")
    item = NewItem(
        name=form.text("name"),
        qty=quantity or 1,
        price_sen=form.amount("price") or 0,
        logo=form.text("logo", 2_000),
        brand=form.text("brand"),
        category=form.text("category"),
        sku=form.text("sku"),
        total_price_sen=form.amount("total_price"),
        metadata=form.loose_text("metadata", _LONG_TEXT),
    )
    if item.line_total_sen > MAX_SEN:
        form.complain("price", "price invalid")
    return item


def phone_key(text: str) -> str:
    """A telephone number in the one form that is compared, E.164. ValueError when it cannot be one."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(text, "ID"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException as e:
        raise ValueError("not a telephone number") from e


def _is_phone(text: str) -> bool:
    """Lenient (contract §5.1: the sample has neither +62 nor 08): anything that may be a number seen from Indonesia."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, "ID"))
    except phonenumbers.NumberParseException:
        return False
