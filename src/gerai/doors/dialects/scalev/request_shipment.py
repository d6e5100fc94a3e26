"""Bodies of the calls about an order's parcel (contract §11.6)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.records import Shipment
from gerai.doors.dialects.scalev.reading import BLANK, INVALID, Reader
from gerai.doors.dialects.scalev.request import AGGREGATORS
from gerai.doors.dialects.scalev.shipment_states import AGGREGATOR_AWB, AWB_STATUS, COURIER_NOTE, meaning

#: A number, or the address of a tracking page.
_RECEIPT: Final = re.compile(r"[!-~][ -~]*")
_LINE: Final = re.compile(r"[^\n\r\t]+")


class ShipmentReport(msgspec.Struct, frozen=True):
    """What is said of a parcel, as the engine records it; empty: nothing is said of that."""

    receipt: str = ""
    aggregator: str = ""
    noted: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    words: str = ""
    status: str = ""
    description: str = ""
    at: datetime | None = None


def read_receipt(reader: Reader) -> ShipmentReport:
    """``{"shipment_receipt": "JX123"}``. InputInvalid."""
    receipt = _one_line(reader, "shipment_receipt", _RECEIPT, 255, required=True)
    reader.finish()
    return ShipmentReport(receipt=receipt)


def read_status(reader: Reader) -> ShipmentReport:
    """``{timestamp, status, description}``; only ``status`` must be there. InputInvalid."""
    words = _one_line(reader, "status", _LINE, 100, required=True)
    description = reader.text("description", maximum=500) or ""
    at = reader.instant("timestamp")
    reader.finish()
    return ShipmentReport(words=words, status=meaning(words), description=description, at=at)


def read_shipment(reader: Reader) -> ShipmentReport:
    """Any of ``awb_ca_status``, ``courier_additional_info``, ``is_shipment_completed``, ``shipment_provider_code`` and
    ``shipment_receipt``. InputInvalid, also for none of them."""
    receipt = _one_line(reader, "shipment_receipt", _RECEIPT, 255)
    aggregator = reader.choice("shipment_provider_code", AGGREGATORS) or ""
    awb = reader.choice("awb_ca_status", AWB_STATUS)
    note = reader.text("courier_additional_info", maximum=500)
    completed = reader.flag("is_shipment_completed")
    if not any((receipt, aggregator, awb, note, completed, reader.mistakes, reader.has("is_shipment_completed"))):
        reader.wrong("shipment_receipt", BLANK)
    reader.finish()
    noted = {AGGREGATOR_AWB: awb, COURIER_NOTE: note}
    return ShipmentReport(
        receipt=receipt,
        aggregator=aggregator,
        noted={name: value for name, value in noted.items() if value is not None},
        words="delivered" if completed else "",
        status="delivered" if completed else "",
    )


def with_new_waybill(said: ShipmentReport, shipment: Shipment | None) -> ShipmentReport:
    """A new number is a new waybill: what the aggregator said of the old one does not count any more."""
    if shipment is None or said.receipt in ("", shipment.receipt) or not shipment.details.get(AGGREGATOR_AWB):
        return said
    return msgspec.structs.replace(said, noted={AGGREGATOR_AWB: "", **said.noted})


def _one_line(reader: Reader, name: str, form: re.Pattern[str], maximum: int, *, required: bool = False) -> str:
    """Text of this form; empty when absent."""
    value = reader.text(name, required=required, maximum=maximum) or ""
    if value and not form.fullmatch(value):
        reader.wrong(name, INVALID)
    return value
