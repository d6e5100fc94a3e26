"""What sending a parcel costs: the merchant's rate table and integer arithmetic, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

#: 1.30 kg is charged as 1 kg, 1.31 kg as 2 kg, unless the service says otherwise.
DEFAULT_TOLERANCE_G = 300


class CourierService(msgspec.Struct, frozen=True):
    """A service of a courier that the merchant ships with. ``aggregator`` is who books it ("" = the merchant);
    ``minimum_kg`` is charged at least."""

    service_id: int
    courier_id: int
    courier_code: str
    courier_name: str
    code: str
    name: str
    courier_type: str = "standard"
    aggregator: str = ""
    pickup: bool = True
    minimum_kg: int = 1
    tolerance_g: int = DEFAULT_TOLERANCE_G


class Rate(msgspec.Struct, frozen=True):
    """Price per kilogram from an origin to a destination. ``origin`` is a regency code ("" = anywhere);
    ``destination`` a district, regency or province code ("" = anywhere)."""

    service_id: int
    origin: str
    destination: str
    per_kg_sen: int
    days_min: int
    days_max: int
    cod: bool


class Quote(msgspec.Struct, frozen=True):
    """What one service asks for a parcel of ``grams``, charged as ``kg`` whole kilograms."""

    service: CourierService
    rate: Rate
    grams: int
    kg: int
    cost_sen: int


def chargeable_kg(grams: int, tolerance_g: int = DEFAULT_TOLERANCE_G, minimum_kg: int = 1) -> int:
    """Whole kilograms charged for a weight: rounded up past the tolerance, at least 1 and the service's minimum."""
    # The negated floor of the negative is the ceiling, in integers.
    return max(1, minimum_kg, -((tolerance_g - grams) // 1000))


def reaching(code: str) -> tuple[str, ...]:
    """A district's code and the regions around it, most specific first: 31.71.05, 31.71, 31, ""."""
    parts = code.split(".")
    return (*(".".join(parts[:size]) for size in range(len(parts), 0, -1)), "")


@dataclass(frozen=True)
class RateTable:
    """The merchant's services and rates."""

    services: dict[int, CourierService] = field(default_factory=dict[int, CourierService])
    rates: dict[tuple[int, str, str], Rate] = field(default_factory=dict[tuple[int, str, str], Rate])

    @staticmethod
    def of(services: Iterable[CourierService], rates: Iterable[Rate]) -> RateTable:
        return RateTable(
            {service.service_id: service for service in sorted(services, key=lambda service: service.service_id)},
            {(rate.service_id, rate.origin, rate.destination): rate for rate in rates},
        )

    def rate(self, service_id: int, origin_code: str, destination_code: str) -> Rate | None:
        """The rate that applies: the origin's own regency before "anywhere", then the most specific destination."""
        regency = ".".join(origin_code.split(".")[:2])
        for origin in (regency, ""):
            for destination in reaching(destination_code):
                if found := self.rates.get((service_id, origin, destination)):
                    return found
        return None

    def quote(self, service_id: int, origin_code: str, destination_code: str, grams: int) -> Quote | None:
        """What the service costs from one district to another; None when it does not go there.

        cost = rate per kg x chargeable kg, in sen. (contracts: locations and couriers §5)
        """
        service = self.services.get(service_id)
        rate = self.rate(service_id, origin_code, destination_code)
        if service is None or rate is None:
            return None
        kg = chargeable_kg(grams, service.tolerance_g, service.minimum_kg)
        return Quote(service, rate, grams, kg, rate.per_kg_sen * kg)

    def quotes(self, origin_code: str, destination_code: str, grams: int) -> list[Quote]:
        """Every service that goes there, cheapest first, then by service id."""
        found = [self.quote(service_id, origin_code, destination_code, grams) for service_id in self.services]
        return sorted((q for q in found if q), key=lambda q: (q.cost_sen, q.service.service_id))
