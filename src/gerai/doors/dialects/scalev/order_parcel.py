"""How an order's parcel travels: the five fields of a physical order, checked against our own quote."""

from __future__ import annotations

from dataclasses import dataclass

from gerai.domain.refusals import ShippingCostMismatch
from gerai.doors.dialects.scalev.order_details import AgreedShipping, Area
from gerai.doors.dialects.scalev.request import BLANK, PARCEL_FIELDS, NewOrder
from gerai.doors.dialects.scalev.wire_shipping import etd
from gerai.doors.http.fields import Fields
from gerai.engine.catalogue.products import ProductCatalogue, Store
from gerai.engine.orders.parcels import Parcel
from gerai.engine.shipping.nearest import Warehouse
from gerai.engine.shipping.places import Gazetteer, Place
from gerai.engine.shipping.quote import CourierService, Quote, RateTable


@dataclass(frozen=True)
class Checked:
    """A parcel that can be sent: what the engine plans, what the order freezes, and where it leaves."""

    parcel: Parcel
    facts: AgreedShipping
    warehouse: Warehouse


def check_parcel(
    wanted: NewOrder,
    store: Store,
    catalogue: ProductCatalogue,
    districts: Gazetteer,
    rates: RateTable,
    grams: int,
    form: Fields,
) -> Checked | None:
    """The parcel of an order of so many grams. Mistakes are noted in ``form``; None when there are any.

    Refuses ShippingCostMismatch when the cost is less than our quote for this warehouse, district, service and weight
    (unless the store does not check it). More is accepted, and charged as it was sent.
    """
    _note_missing(wanted, store, form)
    destination = districts.by_id.get(wanted.location_id or 0)
    warehouse = catalogue.warehouse(wanted.warehouse_unique_id)
    service = rates.services.get(wanted.courier_service_id or 0)
    for field, given, found in (
        ("location_id", wanted.location_id, destination),
        ("warehouse_unique_id", wanted.warehouse_unique_id, warehouse),
        ("courier_service_id", wanted.courier_service_id, service),
    ):
        if given and found is None:
            form.complain(field, "does not exist")
    origin = districts.by_id.get(warehouse.location_id) if warehouse else None
    if destination is None or warehouse is None or service is None or origin is None:
        return None
    quote = rates.quote(service.service_id, origin.code, destination.code, grams)
    _note_unfit(wanted, store, service, quote, form)
    if form.faulty or wanted.shipping_cost is None:
        return None
    if quote is not None and store.settings.check_shipping_cost and wanted.shipping_cost < quote.cost_sen:
        raise ShippingCostMismatch(given_sen=wanted.shipping_cost, right_sen=quote.cost_sen)
    cost_sen = quote.cost_sen if quote is not None else wanted.shipping_cost
    parcel = Parcel(service.courier_code, service.code, service.aggregator, warehouse.warehouse_id, grams, cost_sen)
    return Checked(
        parcel, _facts(wanted, wanted.shipping_cost, warehouse, origin, destination, service, quote), warehouse
    )


def _note_missing(wanted: NewOrder, store: Store, form: Fields) -> None:
    for field in PARCEL_FIELDS:
        if getattr(wanted, field) in (None, ""):
            form.complain(field, BLANK)
    if wanted.address and len(wanted.address) < store.settings.min_address_length:
        form.complain("address", f"should be at least {store.settings.min_address_length} character(s)")


def _note_unfit(wanted: NewOrder, store: Store, service: CourierService, quote: Quote | None, form: Fields) -> None:
    """A service that does not go there, takes no cash, or is booked by somebody else."""
    if quote is None and store.settings.check_shipping_cost:
        form.complain("courier_service_id", "does not ship from this warehouse to this location")
    if wanted.payment_method == "cod" and quote is not None and not quote.rate.cod:
        form.complain("courier_service_id", "does not support cash on delivery")
    note_foreign_provider(wanted.shipment_provider_code, service, form)


def note_foreign_provider(given: str, service: CourierService, form: Fields) -> None:
    """A provider that does not book this service; empty: none is named."""
    if given and given != service.aggregator:
        form.complain("shipment_provider_code", f"must be {service.aggregator or 'null'} for this courier service")


def _area(place: Place, street: str, postal_code: str) -> Area:
    return Area(street, place.location_id, place.district, place.city, place.province, postal_code)


def _facts(
    wanted: NewOrder,
    cost_sen: int,
    warehouse: Warehouse,
    origin: Place,
    destination: Place,
    service: CourierService,
    quote: Quote | None,
) -> AgreedShipping:
    street = wanted.address
    return AgreedShipping(
        title=f"{service.courier_name} {service.name}",
        cost_sen=cost_sen,
        etd=etd(quote.rate) if quote else "",
        address=f"{street}, {destination.display} {wanted.postal_code}".strip(),
        destination=_area(destination, street, wanted.postal_code),
        origin=_area(origin, warehouse.address, warehouse.postal_code),
        warehouse_unique_id=warehouse.unique_id,
        warehouse_name=warehouse.name,
        warehouse_contact_name=warehouse.contact_name,
        warehouse_contact_phone=warehouse.contact_phone,
        service_id=service.service_id,
        service_name=service.name,
        courier_id=service.courier_id,
        courier_name=service.courier_name,
        pickup=service.pickup,
    )
