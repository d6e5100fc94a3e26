"""What somebody gives for a struct of the desk is read field by field, all faults at once, from JSON and texts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Count, Id, Name, PriceSen, words
from gerai.engine.desk.read import fields_of, read_json, read_texts


class Sold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every kind of field there is."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    price_sen: Annotated[PriceSen | UnsetType, words("Harga", "Price")] = UNSET
    stock: Annotated[Count | None, words("Stok", "Stock")] = None
    kind: Annotated[Literal["digital", "physical"], words("Jenis", "Kind")] = "digital"
    active: Annotated[bool, words("Aktif", "Active")] = True
    labels: Annotated[tuple[str, ...], words("Label", "Labels")] = ()
    settings: Annotated[dict[str, Any], words("Setelan", "Settings")] = {}


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ({"id": "7"}, Sold(id=7)),
        ({"id": "7", "price_sen": "15000", "stock": "3"}, Sold(id=7, price_sen=15_000_00, stock=3)),
        ({"id": "7", "price_sen": "Rp1.500.000"}, Sold(id=7, price_sen=1_500_000_00)),
        ({"id": "7", "stock": "", "price_sen": "", "kind": ""}, Sold(id=7)),
        ({"id": "7", "active": "tidak", "kind": "physical"}, Sold(id=7, active=False, kind="physical")),
        ({"id": "7", "labels": "a, b"}, Sold(id=7, labels=("a", "b"))),
        ({"id": "7", "labels": ["a", "b"]}, Sold(id=7, labels=("a", "b"))),
        ({"id": "7", "settings": '{"a": [1]}'}, Sold(id=7, settings={"a": [1]})),
        ({"id": "7", "name": "123"}, Sold(id=7, name="123")),
    ],
)
def test_texts_are_read_as_people_write_them(texts: dict[str, Any], wanted: Sold) -> None:
    """Amounts in rupiah, yes and no in both languages, lists with commas; what is left empty is not given."""
    assert read_texts(Sold, texts, rupiah=True) == wanted


@pytest.mark.parametrize(
    ("texts", "faults"),
    [
        ({}, {"id"}),
        (
            {"id": "x", "stock": "-1", "kind": "boat", "active": "maybe", "nama": "?"},
            {"id", "stock", "kind", "active", "nama"},
        ),
        ({"id": "7", "price_sen": "1,5"}, {"price_sen"}),
        ({"id": "7", "price_sen": "-1"}, {"price_sen"}),
        ({"id": "7", "name": "a\x00"}, {"name"}),
        ({"id": "7", "name": "\ud800"}, {"name"}),
        ({"id": "7", "name": ""}, {"name"}),
        ({"id": ["7", "8"]}, {"id"}),
        ({"id": "7", "settings": "{"}, {"settings"}),
        ({"id": "99999999999999999999"}, {"id"}),
    ],
)
def test_every_fault_is_named_under_its_field(texts: dict[str, Any], faults: set[str]) -> None:
    """Whatever does not fit has a text under its own name, all at once."""
    with pytest.raises(InputInvalid) as refused:
        read_texts(Sold, texts, rupiah=True)
    assert set(refused.value.fields) == faults
    assert all(texts and all(texts) for texts in refused.value.fields.values())


def test_json_is_strict_and_in_sen() -> None:
    """A program gives numbers as numbers and amounts in sen; a text where a number belongs is a fault."""
    assert read_json(Sold, {"id": 7, "price_sen": 1500, "reason": "x"}, ("reason",)) == Sold(id=7, price_sen=1500)
    with pytest.raises(InputInvalid) as refused:
        read_json(Sold, {"id": "7", "price_sen": "1500", "active": "ya"})
    assert set(refused.value.fields) == {"id", "price_sen", "active"}


@given(st.dictionaries(st.sampled_from([*Sold.__struct_fields__, "other"]), st.text() | st.lists(st.text())))
def test_any_texts_are_read_or_refused(texts: dict[str, Any]) -> None:
    """Whatever texts come, they become the struct or are refused by name; nothing else happens."""
    refused: dict[str, list[str]] = {}
    try:
        read_texts(Sold, texts, rupiah=True)
    except InputInvalid as refusal:
        refused = refusal.fields
    assert set(refused) <= {*texts, "id"}


def test_fields_know_what_they_take() -> None:
    """Lists, texts, amounts and what may be left out are told from the annotations."""
    found = {field.name: field for field in fields_of(Sold)}
    assert [name for name, field in found.items() if field.required] == ["id"]
    assert [name for name, field in found.items() if field.is_amount] == ["price_sen"]
    assert [name for name, field in found.items() if field.is_list] == ["labels"]
    assert [name for name, field in found.items() if field.is_text] == ["name"]
    assert [name for name, field in found.items() if field.takes_none] == ["stock"]


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Times, with and without a zone."""

    at: Annotated[datetime | None, words("Pada", "At")] = None
    until: Annotated[datetime | UnsetType, words("Sampai", "Until")] = UNSET


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "0999-12-31T23:59:59", "9999-01-01T00:00:00Z"])
def test_a_time_out_of_reach_is_refused_wherever_a_time_is_given(text: str) -> None:
    """As a fault of its field, from JSON and texts alike; the times at either end are taken."""
    fault = {"at": ["there is no such time"], "until": ["there is no such time"]}
    for read in (
        lambda: read_json(Told, dict.fromkeys(fault, text)),
        lambda: read_texts(Told, dict.fromkeys(fault, text), rupiah=True),
    ):
        with pytest.raises(InputInvalid) as refused:
            read()
        assert refused.value.fields == fault
    ends = read_texts(Told, {"at": "1000-01-01T00:00:00Z", "until": "9998-12-31T23:59:59Z"}, rupiah=True)
    assert (ends.at, ends.until) == (datetime(1000, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{" * 3000, "settings"),
        ('{"a":' * 900 + "1" + "}" * 900, "nested too deeply"),
        ('{"a":' + "[" * 3000, "settings"),
        (r'{"a":"\u0000"}', "no text may hold"),
        (r'{"a":["b",{"c":"\u0000"}]}', "no text may hold"),
        (r'{"a\u0000":1}', "no text may hold"),
    ],
)
def test_json_that_nothing_keeps(text: str, fault: str) -> None:
    """JSON in a text that is nested without end, or hides what no text may hold, is refused under its field."""
    with pytest.raises(InputInvalid, match=fault) as refused:
        read_texts(Sold, {"id": "7", "settings": text}, rupiah=True)
    assert [*refused.value.fields] == ["settings"]
    assert read_texts(Sold, {"id": "7", "settings": '{"a":' * 50 + "1" + "}" * 50}, rupiah=True).settings
