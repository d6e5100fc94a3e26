"""What views and acts of services share: their fields, what is there now, and what is refused of them."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound
from gerai.engine.catalogue.services import Service, ServiceCatalogue, ServiceType, load, require_sellable
from gerai.engine.desk.fields import seen_of
from gerai.engine.desk.house import Within
from gerai.store.connection import Connection

#: ``HH:MM``, on Jakarta's clock.
Hour = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Items = Annotated[int, Meta(ge=1, le=10_000)]
#: How long an order's request waits for an automatic provider.
Deadline = Annotated[int, Meta(ge=0, le=60_000)]
_NO_PRICE: Final = "a price is whole rupiah, one or more"
Provider = Annotated[str, Meta(min_length=1, max_length=100)]


async def services_now(connection: Connection, within: Within) -> ServiceCatalogue:
    """All of the merchant's services, as they stand."""
    return (await load(connection, [within.merchant_id]))[within.merchant_id]


def type_to_change(there: ServiceCatalogue, type_id: int, seen: str | UnsetType) -> ServiceType:
    """Refuses NotFound, and ChangedMeanwhile."""
    found = there.types.get(type_id)
    if found is None:
        raise NotFound("service_type", str(type_id))
    if seen not in (UNSET, seen_of(found)):
        raise ChangedMeanwhile("service_type", str(type_id))
    return found


def service_to_change(there: ServiceCatalogue, service_id: int, seen: str | UnsetType) -> Service:
    """Refuses NotFound, and ChangedMeanwhile."""
    found = there.by_id.get(service_id)
    if found is None:
        raise NotFound("service", str(service_id))
    if seen not in (UNSET, seen_of(found)):
        raise ChangedMeanwhile("service", str(service_id))
    return found


def require_type_code(there: ServiceCatalogue, kind: ServiceType) -> None:
    """Refuses InputInvalid: another type has the code."""
    if any(one.code == kind.code and one.type_id != kind.type_id for one in there.types.values()):
        raise InputInvalid({"code": [f"there is a type of services with the code {kind.code} already"]})


def require_fit(within: Within, there: ServiceCatalogue, service: Service) -> None:
    """Refuses InputInvalid: a code that another service has or that reads as an id, a type or a provider that is not
    there, one that works by itself for a service that people do or the other way round, one that only pretends to work
    where the merchant is not simulated, half of the hours, more items at least than at most, a price that is nothing or
    no whole rupiah."""
    if service.unit_price_sen <= 0 or service.unit_price_sen % SEN_PER_RUPIAH:
        raise InputInvalid({"unit_price_sen": [_NO_PRICE]})
    named = there.by_code.get(service.code)
    if named is not None and named.service_id != service.service_id:
        raise InputInvalid({"code": [f"there is a service with the code {service.code} already"]})
    if service.type_id not in there.types:
        raise InputInvalid({"type_id": [f"{service.type_id} is no type of services"]})
    provider = within.house.fulfilment.get(service.provider)
    if provider is None:
        known = ", ".join(sorted(within.house.fulfilment))
        raise InputInvalid({"provider": [f"{service.provider} is no provider here; one of {known}"]})
    if provider.automatic != (service.processing_type == "automatic"):
        works = "by itself" if provider.automatic else "by hand"
        raise InputInvalid({"processing_type": [f"{service.provider} works {works}"]})
    require_sellable(service, simulated=within.merchant.simulated)
    if (service.open_time is None) != (service.close_time is None):
        missing = "open_time" if service.open_time is None else "close_time"
        raise InputInvalid({missing: ["both, or neither"]})
    if service.min_items > service.max_items:
        raise InputInvalid({"max_items": [f"less than {service.min_items}, which is the least"]})
