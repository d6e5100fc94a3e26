"""An entry of a shop's files as the input of its act: amounts in rupiah, other things by their names."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

import msgspec

from gerai.cli.shop_files import ShopEntry, ShopFault, json_file
from gerai.cli.shop_sections import Naming, ShopSection
from gerai.domain.money import parse_rupiah, rupiah
from gerai.domain.refusals import InputInvalid, Refusal
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import Field, fields_of, read_json, read_texts
from gerai.engine.desk.refusal_words import sentence
from gerai.kit.closest import not_known
from gerai.kit.json_values import is_array

Failed = Mapping[str, Set[str]]


class _NamesFailed(Exception):
    """It names an entry that has a fault itself."""


def called_in_files(section: ShopSection, field: Field) -> str:
    """What a field of an act is called in files."""
    if (naming := section.naming.get(field.name)) is not None:
        return naming.name
    return field.name.removesuffix("_sen")


def act_input(section: ShopSection, within: Within, entry: ShopEntry, failed: Failed) -> Any:
    """The input of the section's act. None: it names an entry that ``failed``. Refuses InputInvalid, by the names of
    files."""
    struct: type[msgspec.Struct] = section.act.input
    by_name = {called_in_files(section, field): field for field in fields_of(struct)}
    faults = {
        name: [not_known("field", name, by_name, listed=len(by_name))] for name in entry.given if name not in by_name
    }
    values: dict[str, Any] = {}
    for name, field in by_name.items():
        if name in entry.given:
            try:
                values[field.name] = _value(section, within, entry, name, field, failed)
            except _NamesFailed:
                return None
            except InputInvalid as refusal:
                faults[name] = [text for texts in refusal.fields.values() for text in texts]
    try:
        given = (_of_table if entry.typed else read_json)(struct, values)
    except InputInvalid as refusal:
        own = {field.name: name for name, field in by_name.items()}
        # What could not be read is not missing.
        faults = {own.get(n, n): texts for n, texts in refusal.fields.items() if own.get(n, n) not in faults} | faults
        raise InputInvalid(faults) from refusal
    if faults:
        raise InputInvalid(faults)
    return given


def _of_table(struct: type[msgspec.Struct], values: dict[str, Any]) -> Any:
    """Cells are texts; what is named by them has its id already."""
    texts = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode() for name, value in values.items()
    }
    return read_texts(struct, texts, rupiah=True)


def _value(section: ShopSection, within: Within, entry: ShopEntry, name: str, field: Field, failed: Failed) -> Any:
    value = entry.given[name]
    if (naming := section.naming.get(field.name)) is not None:
        return _named(naming, within, value, failed)
    if field.is_amount and not entry.typed:
        return _sen(value)
    if isinstance(value, str) and value.endswith(".json") and field.plain not in (str,) and not field.is_list:
        text = json_file(entry, name)
        return text if entry.typed else msgspec.json.decode(text)
    return value


def _named(naming: Naming, within: Within, value: Any, failed: Failed) -> Any:
    listed = value if is_array(value) else str(value).split(",") if naming.many else [value]
    found: list[Any] = []
    for one in listed:
        name = str(one).strip()
        bare = name.rpartition(":")[0] if naming.many else name
        if any({name.casefold(), bare.casefold()} & failed.get(section, frozenset()) for section in naming.of):
            raise _NamesFailed
        found.append(naming.find(within, name))
    return found if naming.many else found[0]


def _sen(value: Any) -> int:
    """An amount in whole rupiah. Refuses InputInvalid."""
    if isinstance(value, int) and not isinstance(value, bool):
        return rupiah(value)
    try:
        return parse_rupiah(str(value))
    except ValueError:
        raise InputInvalid({"": ['an amount in rupiah is written 15000 or "Rp15.000"']}) from None


def faults_of(entry: ShopEntry, refusal: Refusal, section: ShopSection | None) -> list[ShopFault]:
    """What a refusal means for whoever wrote the entry: a fault for each field."""
    if not isinstance(refusal, InputInvalid):
        return [entry.fault(text_of(refusal))]
    own = {} if section is None else {f.name: called_in_files(section, f) for f in fields_of(section.act.input)}
    return [entry.fault(text, own.get(name, name)) for name, texts in refusal.fields.items() for text in texts]


def text_of(refusal: Refusal) -> str:
    """A refusal as a sentence, without the name of a field."""
    if isinstance(refusal, InputInvalid):
        return ", ".join(text for texts in refusal.fields.values() for text in texts)
    return sentence(refusal)
