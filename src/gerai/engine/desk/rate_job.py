"""Rates of a table, found again by their service, origin and destination: for the import, and for the act that takes a
whole table as a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk import shipping as fields
from gerai.engine.desk.fields import PriceSen, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Became, LateFault, Noted
from gerai.engine.desk.lines import Line
from gerai.engine.desk.shipping import Aggregator, Days, Region, districts_of, rates_in, require_regions
from gerai.engine.shipping.quote import CourierService, Rate, RateTable
from gerai.store.connection import Connection
from gerai.store.lookup_table import values_of
from gerai.store.rates import put_rates

Found = TypeVar("Found")
#: However it is written: ``JNE`` is ``jne``.
_Called = Annotated[str, Meta(min_length=1, max_length=40)]


class RateLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row. ``courier`` and ``service``: their codes; ``aggregator``: who books the service, where several do. Of a
    rate that is there, what is not given stays; of a new one days that are not given are not promised."""

    courier: Annotated[_Called, fields.COURIER]
    service: Annotated[_Called, fields.CODE]
    aggregator: Annotated[Aggregator | UnsetType, fields.AGGREGATOR] = UNSET
    origin: Annotated[Region, fields.ORIGIN] = ""
    destination: Annotated[Region, fields.DESTINATION] = ""
    per_kg_sen: Annotated[PriceSen, words("Per kg", "Per kg", 10_000_00)]
    days_min: Annotated[Days | UnsetType, words("Paling cepat (hari)", "At least (days)", 1)] = UNSET
    days_max: Annotated[Days | UnsetType, words("Paling lama (hari)", "At most (days)", 3)] = UNSET
    cod: Annotated[bool | UnsetType, words("Bayar di tempat", "Cash on delivery", False)] = UNSET


class RateJob:
    """The shop's rates as this transaction sees them, with what the rows make of them. ``rates``: all that rows were
    about; ``services``: of which."""

    def __init__(self, within: Within, connection: Connection, known: RateTable) -> None:
        self._within, self._connection, self._known = within, connection, known
        self._regions = districts_of(within).regions
        self._services = _by_code(known.services)
        self._said: dict[tuple[int, str, str], int] = {}
        self._written: list[Rate] = []
        self._done: list[tuple[int, dict[str, Any]]] = []
        self.rates: list[Rate] = []

    @property
    def services(self) -> list[int]:
        """The services that rows were about."""
        return sorted({rate.service_id for rate in self.rates})

    async def look_at(self, lines: Sequence[Line[RateLine]]) -> None:
        """All of it is known."""

    def decide(self, line: Line[RateLine]) -> Became:
        """As the protocol. Refuses InputInvalid, with all that is wrong with the row: a service or a region that there
        is not, more days at least than at most; or a rate that stands twice."""
        given, faults = line.given, dict[str, list[str]]()
        service = _or_fault(faults, lambda: self._service(given))
        _or_fault(faults, lambda: require_regions(given.origin, given.destination, self._regions))
        if service is None:
            # Whose rate it is nobody knows, so nothing is there to be changed.
            _or_fault(faults, lambda: _rate((0, given.origin, given.destination), given, None))
            raise InputInvalid(faults)
        place = service.service_id, given.origin, given.destination
        before = self._known.rates.get(place)
        rate = _or_fault(faults, lambda: _rate(place, given, before))
        if not faults and place in self._said:
            faults["destination"] = [f"row {self._said[place]} is about it already"]
        if rate is None or faults:
            raise InputInvalid(faults)
        self._said[place] = line.row
        self.rates.append(rate)
        if rate == before:
            return "unchanged"
        self._written.append(rate)
        self._done.append((service.service_id, _facts(rate, before)))
        return "added" if before is None else "changed"

    async def write(self) -> list[tuple[int, dict[str, Any]]]:
        """As the protocol."""
        await put_rates(self._connection, self._within.merchant_id, [values_of(rate) for rate in self._written])
        done = self._done
        self.forget()
        return done

    def forget(self) -> None:
        """As the protocol."""
        self._written, self._done = [], []

    async def end(self, _: Noted) -> list[LateFault]:
        """Nothing is left."""
        return []

    def _service(self, given: RateLine) -> CourierService:
        there = self._services.get((given.courier.casefold(), given.service.casefold()), [])
        if given.aggregator is not UNSET:
            booked = [one for one in there if one.aggregator == given.aggregator]
            # An empty cell means the shop itself, but where only somebody else books the service.
            there = booked if booked or given.aggregator else there
        if not there:
            raise InputInvalid({"service": [f"there is no service {given.courier} {given.service}"]})
        if len(there) > 1:
            several = f"{given.courier} {given.service} is booked by several: say by which in a column aggregator"
            raise InputInvalid({"aggregator": [several]})
        return there[0]


def _or_fault(faults: dict[str, list[str]], found: Callable[[], Found]) -> Found | None:
    """What is found; None where what it refuses is among the faults now."""
    try:
        return found()
    except InputInvalid as refusal:
        faults |= refusal.fields
        return None


def _by_code(services: Mapping[int, CourierService]) -> dict[tuple[str, str], list[CourierService]]:
    found: dict[tuple[str, str], list[CourierService]] = {}
    for one in services.values():
        found.setdefault((one.courier_code.casefold(), one.code.casefold()), []).append(one)
    return found


def _rate(place: tuple[int, str, str], given: RateLine, before: Rate | None) -> Rate:
    """What the row makes of the rate there was. Refuses InputInvalid: more days at least than at most."""
    least = given.days_min if given.days_min is not UNSET else 0 if before is None else before.days_min
    most = given.days_max if given.days_max is not UNSET else least if before is None else before.days_max
    if most < least:
        raise InputInvalid({"days_max": [f"less than {least}, which is the least"]})
    cod = given.cod if given.cod is not UNSET else before is not None and before.cod
    return Rate(*place, given.per_kg_sen, least, most, cod)


def _facts(rate: Rate, before: Rate | None) -> dict[str, Any]:
    """As ``rates.set`` notes it."""
    per_kg_sen = [None if before is None else before.per_kg_sen, rate.per_kg_sen]
    return {"origin": rate.origin, "destination": rate.destination, "per_kg_sen": per_kg_sen}


async def begin_rates(within: Within, connection: Connection) -> RateJob:
    """The job over the shop's rates as they stand now."""
    return RateJob(within, connection, await rates_in(within, connection))
