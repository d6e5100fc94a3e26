"""Services: work that is ordered with data of a described form, priced per item.

The snapshot a door reads, the rules an order must pass, and publishing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec
import structlog

from gerai.domain.refusals import InputInvalid, ItemClosed, NotFound, PayloadMismatch, QuantityOutOfRange
from gerai.engine.core import Engine
from gerai.engine.directory import Part
from gerai.engine.fulfilment.providers import require_real
from gerai.engine.merchants.open import changing
from gerai.engine.overlay import by, renamed, replaced_in_order
from gerai.kit.clock import jakarta
from gerai.kit.json_values import at_pointer, is_array
from gerai.kit.schema import Schema, SchemaUnusable
from gerai.store import services as sql
from gerai.store.catalogue_changes import Changes, many
from gerai.store.connection import Connection
from gerai.store.lookup_table import record, rows, rows_named

log = structlog.get_logger("gerai.services")


class ServiceType(msgspec.Struct, frozen=True):
    """The form of an order's data (``input_schema``, JSON Schema with ``x-quantityFrom`` and ``x-requestFrom``:
    JSON pointers to the array that is counted, and to the items sent to the provider, which are the same) and of its
    result."""

    type_id: int
    code: str
    name: str
    description: str | None
    is_active: bool
    input_schema: dict[str, Any]
    result_schema: dict[str, Any]


class Service(msgspec.Struct, frozen=True):
    """One service. ``unit_price_sen`` is per item; hours are ``HH:MM`` on Jakarta's clock, or None for always open;
    ``deadline_ms`` is how long an order's request waits for an automatic provider."""

    service_id: int
    type_id: int
    code: str
    name: str
    description: str | None
    open_time: str | None
    close_time: str | None
    is_active: bool
    processing_type: Literal["automatic", "manual"]
    provider: str
    provider_settings: dict[str, Any]
    unit_price_sen: int
    min_items: int
    max_items: int
    deadline_ms: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class WantedItems:
    """What an order of a service comes to: the items for the provider, each of which is paid for, and the price."""

    items: list[Any]
    total_sen: int


@dataclass(frozen=True)
class ServiceCatalogue:
    """A merchant's services by id (ascending) and by code."""

    types: dict[int, ServiceType]
    by_id: dict[int, Service]
    by_code: dict[str, Service]

    def named(self, id_or_code: str) -> Service:
        """By number or code, switched off ones too. NotFound."""
        is_number = id_or_code.isascii() and id_or_code.isdigit() and len(id_or_code) < 19
        found = self.by_id.get(int(id_or_code)) if is_number else self.by_code.get(id_or_code)
        if found is None:
            raise NotFound("service", id_or_code)
        return found

    def coded(self, code: str) -> Service:
        """By code alone: a number names no service to buy. NotFound."""
        found = self.by_code.get(code)
        if found is None:
            raise NotFound("service", code)
        return found

    def page(self, after_id: int, limit: int) -> list[Service]:
        """Services with greater ids, by id, at most ``limit``; switched off ones say so themselves."""
        return [s for s in self.by_id.values() if s.service_id > after_id][:limit]

    def want(self, service: Service, data: dict[str, Any], now: datetime) -> WantedItems:
        """Check an order, in this order: open, not too many items, the schema, not too few items.

        Too many are refused before the schema is asked, which looks at each of them. Refuses: ItemClosed,
        QuantityOutOfRange, PayloadMismatch (the schema's errors).
        """
        kind = self.types[service.type_id]
        if not (service.is_active and kind.is_active):
            raise ItemClosed(service.code, "inactive")
        if not is_open(service, now):
            raise ItemClosed(service.code, "hours")
        found = _requested(data, kind.input_schema.get("x-requestFrom"))
        items = found if is_array(found) else [] if found is None else [found]
        if len(items) > service.max_items:
            raise QuantityOutOfRange(service.code, len(items), service.min_items, service.max_items)
        if errors := _errors(service, kind, data):
            raise PayloadMismatch(tuple(errors))
        if len(items) < service.min_items:
            raise QuantityOutOfRange(service.code, len(items), service.min_items, service.max_items)
        return WantedItems(items, service.unit_price_sen * len(items))


def _errors(service: Service, kind: ServiceType, data: dict[str, Any]) -> list[str]:
    """The schema's errors. ItemClosed for a schema that was published before such schemas were refused."""
    try:
        return compiled(kind.input_schema).errors(data)
    except SchemaUnusable as problem:
        log.warning("service.schema_unusable", service=service.code, type=kind.code, problem=str(problem))
        raise ItemClosed(service.code, "inactive") from problem


def is_open(service: Service, now: datetime) -> bool:
    """Whether the service takes orders at this instant. Opening is included, closing is not."""
    opens, closes = service.open_time, service.close_time
    if opens is None or closes is None or opens == closes:
        return True
    wall = jakarta(now).strftime("%H:%M")
    # Hours may span midnight (22:00 to 04:00).
    return opens <= wall < closes if opens < closes else wall >= opens or wall < closes


def _requested(data: Any, pointer: Any) -> Any:
    """What the schema's pointer finds in ``data``; everything when there is no pointer, None when it leads nowhere."""
    return at_pointer(data, pointer) if isinstance(pointer, str) else data


def compiled(document: dict[str, Any]) -> Schema:
    """The compiled schema; the same document is compiled once. SchemaUnusable."""
    return _compiled(msgspec.json.encode(document))


# By its text: a snapshot that is loaded anew brings equal documents as new objects.
@lru_cache(maxsize=1024)
def _compiled(document: bytes) -> Schema:
    return Schema(msgspec.json.decode(document))


async def load(connection: Connection, merchant_ids: Sequence[int]) -> dict[int, ServiceCatalogue]:
    """The merchants' services as they are now."""
    types = await rows(connection, sql.TYPES, merchant_ids)
    services = await rows(connection, sql.SERVICES, merchant_ids)
    return {i: _services(types[i], services[i]) for i in merchant_ids}


def _services(type_rows: list[tuple[Any, ...]], service_rows: list[tuple[Any, ...]]) -> ServiceCatalogue:
    types = [record(ServiceType, *row) for row in type_rows]
    services = [record(Service, *row) for row in service_rows]
    return ServiceCatalogue(
        types={t.type_id: t for t in types},
        by_id={s.service_id: s for s in services},
        by_code={s.code: s for s in services},
    )


async def patch(
    connection: Connection, merchant_id: int, known: ServiceCatalogue, changed: Changes
) -> ServiceCatalogue:
    """The services with these changes; the same object when there are none."""
    if many(changed, (sql.TYPES.name, sql.SERVICES.name)):
        return (await load(connection, [merchant_id]))[merchant_id]
    types, services, by_code = known.types, known.by_id, known.by_code
    if found := [(id,) for id, _ in changed.get(sql.TYPES.name, ())]:
        kinds = [
            record(ServiceType, *row)
            for row in await rows_named(connection, sql.TYPES, merchant_id, ("type_id",), found)
        ]
        types = replaced_in_order(types, [id for (id,) in found], by(kinds, lambda one: one.type_id))
    if found := [(id,) for id, _ in changed.get(sql.SERVICES.name, ())]:
        fresh = [
            record(Service, *row)
            for row in await rows_named(connection, sql.SERVICES, merchant_id, ("service_id",), found)
        ]
        by_code = renamed(by_code, [services.get(id) for (id,) in found], fresh, lambda one: one.code)
        services = replaced_in_order(services, [id for (id,) in found], by(fresh, lambda one: one.service_id))
    return known if types is known.types and services is known.by_id else ServiceCatalogue(types, services, by_code)


#: The part of the directory that holds every merchant's services.
SERVICES: Final[Part[ServiceCatalogue]] = Part("services", load, patch)


def require_usable(kind: ServiceType, prefix: str = "") -> None:
    """Refuses InputInvalid, under the field's name behind ``prefix``: a schema nobody can stand behind."""
    for name, schema in (("input_schema", kind.input_schema), ("result_schema", kind.result_schema)):
        try:
            compiled(schema)
        except SchemaUnusable as problem:
            raise InputInvalid({f"{prefix}{name}": [str(problem)]}) from problem
    if kind.input_schema.get("x-quantityFrom") != kind.input_schema.get("x-requestFrom"):
        raise InputInvalid({f"{prefix}input_schema": ["x-quantityFrom and x-requestFrom must be the same"]})


def require_sellable(service: Service, prefix: str = "", *, simulated: bool) -> None:
    """Refuses InputInvalid: a code that reads as an id, or a provider that only pretends to work where the merchant is
    not ``simulated``."""
    if not service.code or service.code.isdigit():
        raise InputInvalid({"code": [f"{service.code!r} reads as an id"]})
    require_real(f"{prefix}provider", service.provider, simulated=simulated)


async def publish(engine: Engine, merchant_id: int, types: Sequence[ServiceType], services: Sequence[Service]) -> None:
    """Publish types and services, replacing those with the same id; every process reads them again.

    Refuses InputInvalid: a schema nobody can stand behind, a code that reads as an id, or a provider that only pretends
    to work where the merchant is not simulated.
    """
    simulated = engine.directory.merchant(merchant_id).simulated
    for kind in types:
        require_usable(kind, f"{kind.code}.")
    for service in services:
        require_sellable(service, f"{service.code}.", simulated=simulated)
    async with changing(engine, merchant_id) as connection:
        for kind in types:
            await sql.put(connection, sql.TYPES, merchant_id, msgspec.structs.astuple(kind))
        for service in services:
            await sql.put(connection, sql.SERVICES, merchant_id, msgspec.structs.astuple(service))
