"""Services of a file, found again by their codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.services import Service, ServiceCatalogue
from gerai.engine.desk.acts.add_service import NewService, new_service
from gerai.engine.desk.acts.edit_service import ServiceEdit
from gerai.engine.desk.edit import edited
from gerai.engine.desk.fields import END, Code, Name, PriceSen, Text, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Became, LateFault, Noted
from gerai.engine.desk.lines import Line
from gerai.engine.desk.services import Deadline, Items, Provider, require_fit, services_now
from gerai.kit.clock import real_now
from gerai.store import services as sql
from gerai.store.connection import Connection

_HOUR: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
#: ``08:00-17:00``; empty: always.
_Hours = Annotated[str, Meta(pattern=f"^({_HOUR}-{_HOUR})?{END}")]
#: What the acts call otherwise.
_COLUMNS: Final = {"type_id": "type", "open_time": "hours", "close_time": "hours"}


class ServiceLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row. ``code`` names the service; what is not given stays, or has its default. ``type``: the code of its type;
    ``hours``: on Jakarta's clock, empty: always."""

    code: Annotated[Code, words("Kode", "Code", "cek_imei")]
    name: Annotated[Name | UnsetType, words("Nama", "Name", "Cek IMEI")] = UNSET
    type: Annotated[Code | UnsetType, words("Jenis", "Type", "imei")] = UNSET
    unit_price_sen: Annotated[PriceSen | UnsetType, words("Harga satuan", "Price of one", 1_500_00)] = UNSET
    is_active: Annotated[bool | UnsetType, words("Dibuka", "Open", True)] = UNSET
    hours: Annotated[_Hours | UnsetType, words("Jam", "Hours", "08:00-17:00")] = UNSET
    processing_type: Annotated[
        Literal["automatic", "manual"] | UnsetType, words("Pengerjaan", "Processing", "manual")
    ] = UNSET
    provider: Annotated[Provider | UnsetType, words("Penyedia", "Provider", "manual")] = UNSET
    provider_settings: Annotated[dict[str, Any] | UnsetType, words("Pengaturan penyedia", "Its settings")] = UNSET
    min_items: Annotated[Items | UnsetType, words("Paling sedikit", "At least", 1)] = UNSET
    max_items: Annotated[Items | UnsetType, words("Paling banyak", "At most", 100)] = UNSET
    description: Annotated[Text | UnsetType, words("Keterangan", "Description")] = UNSET
    deadline_ms: Annotated[Deadline | UnsetType, words("Batas tunggu (milidetik)", "Waits (milliseconds)")] = UNSET


class ServiceJob:
    """The shop's services as this transaction sees them, with what the file makes of them."""

    def __init__(self, within: Within, connection: Connection, known: ServiceCatalogue) -> None:
        self._within, self._connection, self._known = within, connection, known
        self._types = {one.code: one.type_id for one in known.types.values()}
        self._said: dict[str, int] = {}
        self._written: dict[int, Service] = {}
        self._done: list[tuple[int, dict[str, Any]]] = []

    async def look_at(self, lines: Sequence[Line[ServiceLine]]) -> None:
        """All of it is known."""

    def decide(self, line: Line[ServiceLine]) -> Became:
        """As the protocol. Refuses InputInvalid as the acts do, under the columns' names, and a code that stands
        twice."""
        code = line.given.code
        if code in self._said:
            raise InputInvalid({"code": [f"row {self._said[code]} is about it already"]})
        there = self._known.by_code.get(code)
        try:
            service, changes = self._new(line.given) if there is None else self._changed(there, line.given)
            require_fit(self._within, self._known, service)
        except InputInvalid as refusal:
            raise InputInvalid({_COLUMNS.get(name, name): texts for name, texts in refusal.fields.items()}) from None
        self._said[code] = line.row
        if not changes:
            return "unchanged"
        self._known.by_code[code] = self._known.by_id[service.service_id] = self._written[service.service_id] = service
        self._done.append((service.service_id, changes))
        return "added" if there is None else "changed"

    async def write(self) -> list[tuple[int, dict[str, Any]]]:
        """As the protocol."""
        rows = [msgspec.structs.astuple(one) for one in self._written.values()]
        await sql.put_all(self._connection, sql.SERVICES, self._within.merchant_id, rows)
        done = self._done
        self.forget()
        return done

    def forget(self) -> None:
        """As the protocol."""
        self._written, self._done = {}, []

    async def end(self, _: Noted) -> list[LateFault]:
        """Nothing is left."""
        return []

    def _new(self, given: ServiceLine) -> tuple[Service, dict[str, Any]]:
        needed = ("name", "type", "unit_price_sen", "processing_type", "provider")
        if missing := {name: ["is required"] for name in needed if getattr(given, name) is UNSET}:
            raise InputInvalid(missing)
        service = new_service(self._within.engine.ids.next(), NewService(**self._asked(given)))
        facts = {"code": service.code, "name": service.name, "unit_price_sen": service.unit_price_sen}
        return service, facts

    def _changed(self, there: Service, given: ServiceLine) -> tuple[Service, dict[str, Any]]:
        asked = self._asked(given)
        if not there.description and not asked.get("description"):
            # None and empty are the same to people.
            asked.pop("description", None)
        new, changes = edited(there, ServiceEdit(id=there.service_id, **asked))
        return msgspec.structs.replace(new, updated_at=real_now()), changes

    def _asked(self, given: ServiceLine) -> dict[str, Any]:
        """What a row gives, as the acts call it."""
        asked = {name: value for name in given.__struct_fields__ if (value := getattr(given, name)) is not UNSET}
        code = asked.pop("type", None)
        if code is not None:
            if code not in self._types:
                raise InputInvalid({"type": [f"{code} is no type of services"]})
            asked["type_id"] = self._types[code]
        hours = asked.pop("hours", None)
        if hours is not None:
            opens, _, closes = hours.partition("-")
            asked |= {"open_time": opens or None, "close_time": closes or None}
        return asked


async def begin_services(within: Within, connection: Connection) -> ServiceJob:
    """The job over the shop's services as they stand now."""
    return ServiceJob(within, connection, await services_now(connection, within))
