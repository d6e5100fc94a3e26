"""What clients send: how this door reads bodies and queries, and the body of ``POST /v3/orders`` (contract §9)."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.doors.dialects.scalev.formats import kept_json
from gerai.doors.dialects.scalev.methods import METHODS, SUB_METHODS
from gerai.doors.http.field_rules import FaultTexts, FieldRules
from gerai.doors.http.field_values import visible, whole_number
from gerai.doors.http.fields import Fields
from gerai.doors.http.idempotency import IdempotencyKeys
from gerai.kit.phones import phone_digits

BLANK: Final = "can't be blank"
RULES: Final = FieldRules(
    texts=FaultTexts(
        required=BLANK,
        invalid="is invalid",
        not_text="is invalid, expected text",
        not_whole_text="is invalid, expected text or a whole number",
        too_short="should be at least {least} character(s)",
        too_long="should be at most {most} character(s)",
        unprintable="is invalid, expected text without control characters",
        not_whole="is invalid, expected a whole number",
        too_small="must be greater than or equal to {least}",
        too_large="must be less than or equal to {most}",
        not_amount='is invalid, expected an amount in rupiah such as 20000 or "20000.00"',
        too_precise="is invalid, expected an amount with fewer digits",
        not_flag="is invalid, expected true or false",
        unknown_choice="is invalid, expected one of {choices}",
        not_time="is invalid, expected a time such as 2025-01-30T07:11:48+07:00",
        time_out_of_reach="is invalid, expected a time of the years {least} to {most}",
        not_phone="has invalid format, expected a telephone number such as 08123456789",
        not_email="has invalid format, expected an e-mail address",
        not_link="is invalid, expected an address that begins with https:// or http://",
        not_digits="is invalid, expected at most {most} digits",
        not_object="is invalid, expected an object",
        not_list="is invalid, expected a list",
        too_many_items="should have at most {most} item(s)",
        repeated="must be given once",
    ),
    phone=phone_digits,
)
#: Our extension: the contract has no such key.
IDEMPOTENCY: Final = IdempotencyKeys(
    dialect="scalev",
    too_long="should be at most 255 character(s)",
    unprintable="is invalid",
    shown_as="Idempotency-Key",
)

MAX_LINES: Final = 100
MAX_QUANTITY: Final = 10_000
MAX_AMOUNT_SEN: Final = MAX_SEN // 1000
#: The five fields without which a parcel cannot be sent (seed, "Physical Product Orders" 3).
PARCEL_FIELDS: Final = ("address", "location_id", "warehouse_unique_id", "shipping_cost", "courier_service_id")
AGGREGATORS: Final = ("mengantar", "lincah", "ninja")

_UNIQUE_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*_[A-Za-z0-9_-]+", re.ASCII)
_KEPT_TEXTS: Final = (
    "dropshipper_name", "page_unique_id", "channel_unique_id", "payment_account_unique_id", "payment_account_holder",
    "payment_account_number",
)  # fmt: skip
_KEPT_LINKS: Final = ("transferproof_url", "post_payment_redirect_url")
#: The contract calls `metadata` free. Kept as their text, for the client alone.
_MOST_FREE: Final = 65_536
_KEPT_FLAGS: Final = ("is_dropshipping", "is_probably_spam", "is_post_payment_redirect_enabled")


def read_reference(form: Fields, name: str, *, required: bool = False) -> str:
    """A thing of the catalogue as clients name it, whatever the field is called: its number, also as text, or its
    unique id (``store_…``). As text; empty when absent or wrong."""
    value = form.raw(name)
    if isinstance(value, str) and _UNIQUE_ID.fullmatch(visible(value)):
        return form.text(name, most=64)
    if isinstance(value, str) and whole_number(visible(value)) is None:
        form.complain(name, "is invalid, expected a number or a unique id")
        return ""
    number = form.integer(name, required=required)
    return "" if number is None else str(number)


class WantedLine(msgspec.Struct, frozen=True):
    """A line as ordered: the number or unique id of a variant or price option, how many, and where it stands in the
    body."""

    reference: str
    quantity: int
    path: str


class NewOrder(msgspec.Struct, frozen=True):
    """An order as sent. Amounts in sen; None or empty: not given."""

    store_unique_id: str
    customer_name: str
    customer_phone: str
    customer_email: str
    variants: tuple[WantedLine, ...]
    bundles: tuple[WantedLine, ...]
    payment_method: str
    sub_payment_method: str
    address: str
    location_id: int | None
    warehouse_unique_id: str
    shipping_cost: int | None
    courier_service_id: int | None
    postal_code: str
    shipment_provider_code: str
    shipping_discount: int
    product_discount: int
    other_income: int
    notes: str
    extras: dict[str, Any]

    @property
    def payer(self) -> frozenset[str]:
        """What is known of its buyer, by the names that gateways ask for."""
        said = {"name": self.customer_name, "email": self.customer_email, "mobile": self.customer_phone}
        return frozenset(name for name, text in said.items() if text)


def read_order(form: Fields) -> NewOrder:
    """Read the body. InputInvalid with every mistake, each under its field's path."""
    wanted = NewOrder(
        store_unique_id=read_reference(form, "store_unique_id", required=True),
        customer_name=form.text("customer_name", required=True, most=200),
        customer_phone=form.phone("customer_phone"),
        customer_email=form.email("customer_email"),
        variants=_lines(form, "ordervariants", "variant_unique_id"),
        bundles=_lines(form, "orderbundles", "bundle_price_option_unique_id"),
        payment_method=form.choice("payment_method", METHODS),
        sub_payment_method=form.choice("sub_payment_method", SUB_METHODS),
        address=form.text("address", most=500),
        location_id=form.integer("location_id"),
        warehouse_unique_id=read_reference(form, "warehouse_unique_id"),
        shipping_cost=form.amount("shipping_cost", most_sen=MAX_AMOUNT_SEN),
        courier_service_id=form.integer("courier_service_id"),
        postal_code=form.digits("postal_code"),
        shipment_provider_code=form.choice("shipment_provider_code", AGGREGATORS),
        shipping_discount=form.amount("shipping_discount", most_sen=MAX_AMOUNT_SEN) or 0,
        product_discount=form.amount("product_discount", most_sen=MAX_AMOUNT_SEN) or 0,
        other_income=form.amount("other_income", most_sen=MAX_AMOUNT_SEN) or 0,
        notes=form.remark("notes", most=2000),
        extras=_extras(form),
    )
    if not form.has("ordervariants") and not form.has("orderbundles"):
        form.complain("ordervariants", BLANK)
    form.check()
    return wanted


def _lines(form: Fields, name: str, id_field: str) -> tuple[WantedLine, ...]:
    lines: list[WantedLine] = []
    for item in form.objects(name, most=MAX_LINES):
        reference = read_reference(item, id_field, required=True)
        quantity = item.integer("quantity", required=True, most=MAX_QUANTITY)
        if reference and quantity:
            lines.append(WantedLine(reference, quantity, f"{name}.{len(lines)}"))
    return tuple(lines)


def _extras(form: Fields) -> dict[str, Any]:
    """Optional fields that are kept and echoed; absent ones are left out."""
    extras: dict[str, Any] = {name: form.remark(name, most=500) for name in _KEPT_TEXTS}
    extras |= {name: form.link(name) for name in _KEPT_LINKS}
    extras |= {name: form.flag(name) for name in _KEPT_FLAGS}
    extras["other_income_name"] = form.remark("other_income_name")
    extras["dropshipper_phone"] = form.phone("dropshipper_phone")
    extras["financial_entity_id"] = form.integer("financial_entity_id")
    extras |= {name: kept_json(form.mapping(name, most=_MOST_FREE)) for name in ("metadata", "agent_context")}
    return {name: value for name, value in extras.items() if value}
