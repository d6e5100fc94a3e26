"""Bodies of the calls about an order's parcel (contract §11.6)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.records import Shipment
from gerai.doors.dialects.scalev.order_details import ParcelDetails, parcel_details_of
from gerai.doors.dialects.scalev.request import AGGREGATORS, BLANK
from gerai.doors.dialects.scalev.shipment_states import AWB_STATUS, meaning
from gerai.doors.http.fields import Fields

#: A number, or the address of a tracking page.
_RECEIPT: Final = re.compile(r"[!-~][ -~]*")
_LINE: Final = re.compile(r"[^\n\r\t]+")

_SHIPMENT_FIELDS: Final = (
    "awb_ca_status", "courier_additional_info", "is_shipment_completed", "shipment_provider_code", "shipment_receipt",
)  # fmt: skip


class ShipmentReport(msgspec.Struct, frozen=True):
    """A report on a parcel; empty: nothing is reported of that. ``awb`` and ``note`` are this contract's own."""

    receipt: str = ""
    aggregator: str = ""
    awb: str = ""
    note: str = ""
    words: str = ""
    status: str = ""
    description: str = ""
    at: datetime | None = None


def read_receipt(form: Fields) -> ShipmentReport:
    """``{"shipment_receipt": "JX123"}``. InputInvalid."""
    receipt = _one_line(form, "shipment_receipt", _RECEIPT, 255, required=True)
    form.check()
    return ShipmentReport(receipt=receipt)


def read_status(form: Fields) -> ShipmentReport:
    """``{timestamp, status, description}``; only ``status`` must be there. InputInvalid."""
    words = _one_line(form, "status", _LINE, 100, required=True)
    description = form.text("description", most=500)
    at = form.moment("timestamp")
    form.check()
    return ShipmentReport(words=words, status=meaning(words), description=description, at=at)


def read_shipment(form: Fields) -> ShipmentReport:
    """Any of ``awb_ca_status``, ``courier_additional_info``, ``is_shipment_completed``, ``shipment_provider_code`` and
    ``shipment_receipt``. InputInvalid, also for none of them."""
    receipt = _one_line(form, "shipment_receipt", _RECEIPT, 255)
    aggregator = form.choice("shipment_provider_code", AGGREGATORS)
    awb = form.choice("awb_ca_status", AWB_STATUS)
    note = form.text("courier_additional_info", most=500)
    completed = form.flag("is_shipment_completed")
    if not any(map(form.has, _SHIPMENT_FIELDS)):
        form.complain("shipment_receipt", BLANK)
    form.check()
    return ShipmentReport(
        receipt=receipt,
        aggregator=aggregator,
        awb=awb,
        note=note,
        words="delivered" if completed else "",
        status="delivered" if completed else "",
    )


def revised_details(said: ShipmentReport, shipment: Shipment) -> dict[str, Any]:
    """The parcel's details after this report. A new number is a new waybill: the aggregator's reports on the old one
    do not count any more."""
    kept = parcel_details_of(shipment)
    same_waybill = said.receipt in ("", shipment.receipt)
    return ParcelDetails(
        aggregator_awb=said.awb or (kept.aggregator_awb if same_waybill else ""),
        courier_note=said.note or kept.courier_note,
    ).as_details()


def _one_line(form: Fields, name: str, pattern: re.Pattern[str], most: int, *, required: bool = False) -> str:
    """Text of this pattern; empty when absent."""
    value = form.text(name, required=required, most=most)
    if value and not pattern.fullmatch(value):
        form.complain(name, "is invalid, expected one line of text")
    return value
