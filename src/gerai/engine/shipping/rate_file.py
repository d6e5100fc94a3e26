"""A rate table as a seller keeps it, in CSV: read row by row, every fault with its line. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from gerai.domain.money import parse_rupiah
from gerai.domain.refusals import InputInvalid
from gerai.engine.shipping.quote import CourierService, Rate

NEEDED: Final = ("courier", "service", "destination", "per_kg")
OPTIONAL: Final = ("aggregator", "origin", "days_min", "days_max", "cod")
MOST_DAYS: Final = 365
_MARKS: Final = ",;\t"
_YES: Final = frozenset({"yes", "ya", "true", "1", "y"})
_NO: Final = frozenset({"no", "tidak", "false", "0", "n", ""})
#: Of a table full of faults, so many are named.
_NAMED: Final = 20

Services = Mapping[int, CourierService]


class RateFault(Exception):
    """What is wrong with one cell or row; its text is fit for the seller."""


def read_rates(text: str, services: Services, regions: Mapping[str, str]) -> list[Rate]:
    """The rates of a table with a head: ``courier`` and ``service`` by their codes, ``origin`` (code of a regency),
    ``destination`` (code of a district, regency or province; of both, empty is anywhere), ``per_kg`` in rupiah,
    ``days_min``, ``days_max``, ``cod`` (yes or no).

    Refuses InputInvalid: no such head, or faults of rows, each with its line: a service or region that there is not, an
    amount that is none, days that are none, a rate that stands twice.
    """
    mark, head = _head(text)
    found: dict[tuple[int, str, str], Rate] = {}
    faults: list[str] = []
    by_code = _by_code(services)
    for line, cells in _rows(text, mark):
        row = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        try:
            rate = _rate(row, by_code, regions)
            if found.setdefault((rate.service_id, rate.origin, rate.destination), rate) is not rate:
                raise RateFault("this service, origin and destination stand twice")
        except RateFault as fault:
            faults.append(f"line {line}: {fault}")
    if faults:
        more = [f"and {len(faults) - _NAMED} more lines"] if len(faults) > _NAMED else []
        raise InputInvalid({"table": faults[:_NAMED] + more})
    if not found:
        raise InputInvalid({"table": ["it has no row"]})
    return list(found.values())


def _rows(text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """The rows below the head that are not empty, each with its line. Refuses InputInvalid: one cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        next(reader)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise InputInvalid({"table": [f"line {reader.line_num}: {error}"]}) from error


def require_region(field: str, code: str, regions: Mapping[str, str], parts: tuple[int, ...]) -> None:
    """Refuses InputInvalid: ``code`` is neither empty nor one that is known, of so many parts (1: a province, 2: a
    regency, 3: a district)."""
    if fault := _region_fault(code, regions, parts):
        raise InputInvalid({field: [fault]})


def _head(text: str) -> tuple[str, list[str]]:
    """The mark between columns, and their names."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    for mark in _MARKS:
        names = [name.strip().strip('"').casefold() for name in first.rstrip("\r").split(mark)]
        if {*NEEDED} <= {*names}:
            unknown = [name for name in names if name not in (*NEEDED, *OPTIONAL)]
            twice = len({*names}) < len(names)
            if unknown or twice:
                what = "names a column twice" if twice else f"names no column {', '.join(unknown)}"
                raise InputInvalid({"table": [f"the head {what}; it takes {', '.join((*NEEDED, *OPTIONAL))}"]})
            return mark, names
    raise InputInvalid({"table": [f"its first line must name the columns: {', '.join((*NEEDED, *OPTIONAL))}"]})


def _by_code(services: Services) -> dict[tuple[str, str], list[CourierService]]:
    found: dict[tuple[str, str], list[CourierService]] = {}
    for one in services.values():
        found.setdefault((one.courier_code.casefold(), one.code.casefold()), []).append(one)
    return found


def _rate(
    row: Mapping[str, str], by_code: Mapping[tuple[str, str], list[CourierService]], regions: Mapping[str, str]
) -> Rate:
    service = _service(row, by_code)
    origin, destination = row.get("origin", ""), row.get("destination", "")
    for name, code, parts in (("origin", origin, (2,)), ("destination", destination, (1, 2, 3))):
        if fault := _region_fault(code, regions, parts):
            raise RateFault(f"{name}: {fault}")
    try:
        per_kg_sen = parse_rupiah(row.get("per_kg", ""))
    except ValueError:
        raise RateFault("per_kg: an amount is written 15000 or Rp15.000") from None
    least = _days(row, "days_min", 0)
    most = _days(row, "days_max", least)
    if most < least:
        raise RateFault("days_max: less than days_min")
    cod = row.get("cod", "").casefold()
    if cod not in _YES | _NO:
        raise RateFault("cod: yes or no")
    return Rate(service.service_id, origin, destination, per_kg_sen, least, most, cod in _YES)


def _service(row: Mapping[str, str], by_code: Mapping[tuple[str, str], list[CourierService]]) -> CourierService:
    courier, code = row.get("courier", ""), row.get("service", "")
    there = by_code.get((courier.casefold(), code.casefold()), [])
    if "aggregator" in row:
        there = [one for one in there if one.aggregator == row["aggregator"]]
    if not there:
        raise RateFault(f"there is no service {courier} {code}")
    if len(there) > 1:
        raise RateFault(f"{courier} {code} is booked by several: say by which in a column aggregator")
    return there[0]


def _days(row: Mapping[str, str], name: str, otherwise: int) -> int:
    text = row.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MOST_DAYS):
        raise RateFault(f"{name}: a number from 0 to {MOST_DAYS}")
    return int(text)


def _region_fault(code: str, regions: Mapping[str, str], parts: tuple[int, ...]) -> str:
    if not code:
        return ""
    if code not in regions:
        return f"no region has the code {code}"
    if code.count(".") + 1 not in parts:
        return f"{code} is {('a province', 'a regency', 'a district')[code.count('.')]}, not a regency"
    return ""
