"""Districts as public data has them: one table, or the three of provinces, regencies and districts. Pure.

Every fault of a file is a PlaceFault with its line. Codes are the official ones, of province, regency and district.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

_WHOLE: Final = ("code", "district", "city", "province")
_MARKS: Final = ",;\t"
_CODE: Final = re.compile(r"\d\d\.\d\d\.\d\d", re.ASCII)
_POSTAL: Final = re.compile(r"\d{5}", re.ASCII)
_KNOWN_CODE: Final = re.compile(r"\d{6}|\d\d\.\d\d\.\d\d", re.ASCII)
#: What registers call a region, and people do not.
_CALLED: Final = (
    ("Kota Administrasi ", "Kota "),
    ("Kabupaten Administrasi ", "Kabupaten "),
    ("Daerah Khusus Ibukota ", "DKI "),
    ("Daerah Istimewa ", "DI "),
)


class PlaceFault(Exception):
    """A file is not what it should be. The text is fit for whoever gave it."""


class NamedPlace(msgspec.Struct, frozen=True):
    """A district as a file has it. ``postal_codes`` empty: the file knows none."""

    code: str
    district: str
    city: str
    province: str
    postal_codes: tuple[str, ...] = ()


def read_whole(text: str) -> list[NamedPlace]:
    """The districts of one table: columns ``code``, ``district``, ``city``, ``province``, and perhaps ``postal_codes``
    (several with spaces). Raises PlaceFault."""
    found: dict[str, NamedPlace] = {}
    for line, row in _rows(text, _WHOLE):
        codes = tuple(row.get("postal_codes", "").split())
        if wrong := next((one for one in codes if not _POSTAL.fullmatch(one)), None):
            raise PlaceFault(f"line {line}: {wrong} is no postal code: five figures")
        district, city, province = (_called(line, row[name], name) for name in _WHOLE[1:])
        _add(found, line, NamedPlace(row["code"], district, city, province, codes))
    return list(found.values())


def read_three(provinces: str, regencies: str, districts: str) -> list[NamedPlace]:
    """The districts of three tables: ``code, name``; ``code, province_code, name``; ``code, regency_code, name``.
    Raises PlaceFault: also a district of a regency, or a regency of a province, that is in no table."""
    of_province = {row["code"]: _called(line, row["name"], "name") for line, row in _rows(provinces, ("code", "name"))}
    of_regency: dict[str, tuple[str, str]] = {}
    for line, row in _rows(regencies, ("code", "province_code", "name")):
        if row["province_code"] not in of_province:
            raise PlaceFault(f"regencies, line {line}: there is no province {row['province_code']}")
        of_regency[row["code"]] = _called(line, row["name"], "name"), of_province[row["province_code"]]
    found: dict[str, NamedPlace] = {}
    for line, row in _rows(districts, ("code", "regency_code", "name")):
        if row["regency_code"] not in of_regency:
            raise PlaceFault(f"districts, line {line}: there is no regency {row['regency_code']}")
        named = NamedPlace(row["code"], _called(line, row["name"], "name"), *of_regency[row["regency_code"]])
        _add(found, line, named)
    return list(found.values())


def read_postal_codes(text: str) -> dict[str, tuple[str, ...]]:
    """Postal codes by the code of a district: of a table ``code, postal_codes``, or of JSON whose ``kecamatan`` has
    ``"317101": "GAMBIR -- 10150"``. Such lists give some districts the code of another place with the same name: one
    that begins unlike most of its regency is left out. Raises PlaceFault."""
    if not text.lstrip().startswith("{"):
        table = {row["code"]: row["postal_codes"].split() for _, row in _rows(text, ("code", "postal_codes"))}
    else:
        try:
            decoded = msgspec.json.decode(text, type=dict[str, dict[str, str]])
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise PlaceFault(f"neither a table nor such JSON ({error})") from error
        table = {code: _POSTAL.findall(said) for code, said in decoded.get("kecamatan", {}).items()}
    found = {_dotted(code): codes for code, codes in table.items() if _KNOWN_CODE.fullmatch(code)}
    begins: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for code, codes in found.items():
        begins[code[:5]].update(one[:2] for one in codes)
    usual = {regency: counted.most_common(1)[0][0] for regency, counted in begins.items() if counted}
    kept = {
        code: tuple(one for one in codes if one.startswith(usual[code[:5]])) for code, codes in found.items() if codes
    }
    return {code: codes for code, codes in kept.items() if codes}


def _rows(text: str, needed: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows by the names of their columns, each with its line. Raises PlaceFault."""
    first = text.lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    for mark in _MARKS:
        head = [name.strip().strip('"').casefold() for name in first.split(mark)]
        if {*needed} <= {*head}:
            break
    else:
        raise PlaceFault(f"its first line must name the columns: {', '.join(needed)}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        next(reader)
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) < len(head):
                raise PlaceFault(f"line {reader.line_num}: it has {len(cells)} columns, not {len(head)}")
            yield reader.line_num, dict(zip(head, (cell.strip() for cell in cells), strict=False))
    except csv.Error as error:
        raise PlaceFault(f"line {reader.line_num}: {error}") from error


def _called(line: int, name: str, what: str) -> str:
    if not name or len(name) > 200 or not name.isprintable():
        raise PlaceFault(f"line {line}: {what} is empty or no name")
    for before, after in _CALLED:
        if name.startswith(before):
            return after + name.removeprefix(before)
    return name


def _add(found: dict[str, NamedPlace], line: int, named: NamedPlace) -> None:
    if not _CODE.fullmatch(named.code):
        raise PlaceFault(f"line {line}: {named.code} is no code of a district: 31.71.05")
    if named.code in found:
        raise PlaceFault(f"line {line}: {named.code} stands twice")
    found[named.code] = named


def _dotted(code: str) -> str:
    return code if "." in code else f"{code[:2]}.{code[2:4]}.{code[4:]}"
