"""Reading a create-order body: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gerai.domain.refusals import BodyUnreadable, FieldsForbidden, InputInvalid, Refusal
from gerai.doors.dialects.leuwongrr.request import (
    IDEMPOTENCY,
    PLAIN_ORDER,
    WantedOrder,
    list_limit,
    read_order,
    read_patiently,
)
from gerai.doors.http.body import parse_json

GOOD: dict[str, Any] = {
    "order_type": "gamepass",
    "roblox_username": "LeuwongUser",
    "place_id": 123456789,
    "roblox_pass_id": 987654321,
    "payment_method": "invoice",
    "client_reference": "bot-order-001",
}
WANTED = WantedOrder("gamepass", "LeuwongUser", 123456789, 987654321, "invoice", "bot-order-001")


def _query(limit: str | None) -> list[tuple[str, str]]:
    return [] if limit is None else [("limit", limit)]


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name not in names}


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        without("order_type", "payment_method"),
        without("roblox_pass_id") | {"gamepass_id": 987654321},
        GOOD | {"gamepass_id": 987654321},
        GOOD | {"place_id": "123456789", "roblox_pass_id": "987654321"},
        GOOD | {"place_id": 123456789.0},
        GOOD | {"order_type": None, "payment_method": ""},
        GOOD | {"order_type": "", "gamepass_id": None},
        GOOD | {"roblox_username": "  LeuwongUser\n", "client_reference": " bot-order-001 "},
        GOOD | {"roblox_username": "\u202aLeuwongUser\u202c"},
    ],
)
def test_spellings_of_the_same_order(body: dict[str, Any]) -> None:
    """Alias, defaults, digits as strings, empty values and blanks are one order with one fingerprint."""
    wanted = read_order(body)
    assert wanted == WANTED
    assert IDEMPOTENCY.digest(wanted) == IDEMPOTENCY.digest(WANTED)


@pytest.mark.parametrize(
    ("code", "spelt", "digest"),
    [
        (
            "va-bca",
            ["va_bca", " Va-BCA "],
            "7868bdb8ce933febc677957ef382c0b954f47f0bdfec9a4a61f154a6558a6228",
        ),
        ("qris", ["QRIS", "Qris"], "3039b152a2e73a91310818701bb2228f60e0c4ec6d799e2e4e7b3c048741c3b7"),
        ("invoice", ["Invoice", "INVOICE "], "89a2253324651df7fe653b4ef3e45a82be36bad864658f6317eef6cc81d9f116"),
        ("balance", ["Balance", "BALANCE"], "cfa083f32e679f3e67c30e2611cf0d6f15e3e1a5714cf70310c3135cee536ee0"),
    ],
)
def test_spellings_of_the_same_method(code: str, spelt: list[str], digest: str) -> None:
    """Case and underscores make no other order, read either way; and the digest of the code itself is what it was in
    the first version, so that keys which were kept go on to name their orders."""
    plain = read_order(GOOD | {"payment_method": code})
    assert IDEMPOTENCY.digest(plain).hex() == digest
    for method in spelt:
        raw = json.dumps(GOOD | {"payment_method": method}).encode()
        for wanted in (read_sent(raw), read_slowly(raw)):
            assert wanted.payment_method == code
            assert IDEMPOTENCY.digest(wanted).hex() == digest


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_type", "vip_server"),
        ("roblox_username", "leuwonguser"),
        ("place_id", 1),
        ("roblox_pass_id", 1),
        ("payment_method", "balance"),
        ("client_reference", ""),
    ],
)
def test_every_difference_is_another_order(name: str, value: Any) -> None:
    """The fingerprint covers every field."""
    assert IDEMPOTENCY.digest(read_order(GOOD | {name: value})) != IDEMPOTENCY.digest(WANTED)


@pytest.mark.parametrize(
    ("body", "mistakes"),
    [
        (
            [],
            {
                "roblox_username": ["roblox_username wajib diisi."],
                "place_id": ["place_id wajib diisi."],
                "roblox_pass_id": ["roblox_pass_id wajib diisi."],
            },
        ),
        (GOOD | {"roblox_username": "  "}, {"roblox_username": ["roblox_username wajib diisi."]}),
        (GOOD | {"roblox_username": True}, {"roblox_username": ["roblox_username harus berupa string."]}),
        (GOOD | {"roblox_username": ["x"]}, {"roblox_username": ["roblox_username harus berupa string."]}),
        (GOOD | {"roblox_username": "a" * 51}, {"roblox_username": ["roblox_username maksimal berisi 50 karakter."]}),
        (
            GOOD | {"roblox_username": "a\x07b"},
            {"roblox_username": ["roblox_username berisi karakter yang tidak diizinkan."]},
        ),
        (GOOD | {"order_type": "robux"}, {"order_type": ["order_type yang dipilih tidak valid."]}),
        (GOOD | {"order_type": ["gamepass"]}, {"order_type": ["order_type yang dipilih tidak valid."]}),
        (GOOD | {"place_id": True}, {"place_id": ["place_id harus berupa bilangan bulat."]}),
        (GOOD | {"place_id": 1.5}, {"place_id": ["place_id harus berupa bilangan bulat."]}),
        (GOOD | {"place_id": "12a"}, {"place_id": ["place_id harus berupa bilangan bulat."]}),
        (GOOD | {"place_id": "٣"}, {"place_id": ["place_id harus berupa bilangan bulat."]}),
        (GOOD | {"place_id": "1.000"}, {"place_id": ["place_id harus berupa bilangan bulat."]}),
        (GOOD | {"roblox_pass_id": "770.000"}, {"roblox_pass_id": ["roblox_pass_id harus berupa bilangan bulat."]}),
        (
            without("roblox_pass_id") | {"gamepass_id": "770.000"},
            {"gamepass_id": ["gamepass_id harus berupa bilangan bulat."]},
        ),
        (
            GOOD | {"client_reference": 5.5, "roblox_username": 1e2},
            {
                "client_reference": ["client_reference harus berupa string atau bilangan bulat."],
                "roblox_username": ["roblox_username harus berupa string atau bilangan bulat."],
            },
        ),
        (GOOD | {"place_id": 0}, {"place_id": ["place_id minimal bernilai 1."]}),
        (GOOD | {"place_id": -5}, {"place_id": ["place_id minimal bernilai 1."]}),
        (GOOD | {"place_id": 2**63}, {"place_id": ["place_id maksimal bernilai 9223372036854775807."]}),
        (GOOD | {"place_id": "9" * 5000}, {"place_id": ["place_id maksimal bernilai 9223372036854775807."]}),
        (GOOD | {"place_id": 1e300}, {"place_id": ["place_id maksimal bernilai 9223372036854775807."]}),
        (GOOD | {"gamepass_id": 5}, {"gamepass_id": ["gamepass_id harus sama dengan roblox_pass_id."]}),
        (
            GOOD | {"client_reference": "x" * 256},
            {"client_reference": ["client_reference maksimal berisi 255 karakter."]},
        ),
        (GOOD | {"payment_method": {}}, {"payment_method": ["payment_method harus berupa string."]}),
    ],
)
def test_mistakes_are_named(body: Any, mistakes: dict[str, list[str]]) -> None:
    """All mistakes at once, by field, in Indonesian."""
    with pytest.raises(InputInvalid) as refused:
        read_order(body)
    assert refused.value.fields == mistakes


@pytest.mark.parametrize(
    "name",
    [
        "user_id", "email", "price", "amount", "total_amount", "status", "payment_status", "paid_at", "role", "balance",
        "order_id", "invoice_id", "provider_payload", "warna",
    ],
)  # fmt: skip
def test_other_fields_are_forbidden(name: str) -> None:
    """The listed sensitive fields and any unknown one are refused by name, before other mistakes."""
    with pytest.raises(FieldsForbidden) as refused:
        read_order({"place_id": "x", name: 1})
    assert refused.value.names == (name,)


def test_told_names_are_bounded() -> None:
    """A body full of unknown fields is not echoed whole."""
    with pytest.raises(FieldsForbidden) as refused:
        read_order({f"{n}" + "x" * 100: 1 for n in range(1000)})
    assert len(refused.value.names) == 50
    assert max(map(len, refused.value.names)) == 64


def test_numbers_and_joined_emoji_are_texts() -> None:
    """A name or reference given as a number is its digits; an emoji may be joined of several."""
    wanted = read_order(GOOD | {"roblox_username": 12345, "client_reference": 20260426})
    assert (wanted.roblox_username, wanted.client_reference) == ("12345", "20260426")
    assert read_order(GOOD | {"client_reference": "👩\u200d💻 1"}).client_reference == "👩\u200d💻 1"


@pytest.mark.parametrize("body", ["x", 5, None, [1]])
def test_a_body_that_is_no_object(body: Any) -> None:
    """Refused as a whole; an empty list is PHP's empty object."""
    with pytest.raises(BodyUnreadable) as refused:
        read_order(body)
    assert refused.value.reason == "not_object"


@pytest.mark.parametrize(
    ("text", "limit"),
    [(None, 20), ("", 20), ("1", 1), ("100", 100), ("101", 100), ("0", 1), ("-7", 1), ("9" * 5000, 100), ("007", 7)],
)
def test_limits(text: str | None, limit: int) -> None:
    """An integer, pulled into 1..100; 20 when absent."""
    assert list_limit(_query(text)) == limit


@pytest.mark.parametrize("text", ["abc", "1.5", "1.000", "1e2", "²", "--1", "0x5"])
def test_limits_that_are_no_integers(text: str) -> None:
    """Not an integer is refused."""
    with pytest.raises(InputInvalid) as refused:
        list_limit(_query(text))
    assert refused.value.fields == {"limit": ["limit harus berupa bilangan bulat."]}


_TEXTS = st.one_of(
    st.text(max_size=6),
    st.text("aZ09 -~\t\n\x7f\u200b\u2028\u3164", max_size=6),
    st.sampled_from([n * "x" for n in (50, 51, 255, 256)]),
)
_NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 1, 1.0, 1e17, 2**53, 2**63 - 1, 2**63]),
)
_VALUES = st.one_of(st.none(), st.booleans(), _TEXTS, _NUMBERS, st.just([]), st.just({}))
_LIKELY = st.sampled_from(["gamepass", "vip_server", "invoice", "balance", "Balance", "VA_bca", "a", 7])


def read_sent(raw: bytes) -> WantedOrder:
    """As the endpoint reads a body (RequestContext.json_or)."""
    plain = PLAIN_ORDER.read(raw)
    return read_order(parse_json(raw, 32) if plain is None else plain)


def read_slowly(raw: bytes) -> WantedOrder:
    return read_patiently(parse_json(raw, 32))


def _result(read: Callable[[bytes], WantedOrder], raw: bytes) -> object:
    try:
        return read(raw)
    except Refusal as refusal:
        return type(refusal), refusal.facts()


@given(
    changed=st.dictionaries(st.sampled_from([*GOOD, "gamepass_id", "other"]), _VALUES | _LIKELY, max_size=3),
    left_out=st.sets(st.sampled_from([*GOOD])),
)
@example(changed={}, left_out=set())
def test_a_plain_body_is_read_as_the_patient_reader_reads_it(changed: dict[str, Any], left_out: set[str]) -> None:
    """The short way is only quicker: the same order, or the same refusal with the same facts, for any body."""
    for body in (GOOD | changed, without(*left_out) | changed, changed):
        raw = json.dumps(body).encode()
        assert _result(read_sent, raw) == _result(read_slowly, raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
        b" \n" + json.dumps(GOOD).encode() + b"\n",
        json.dumps(GOOD).encode() + b"x",
        json.dumps(GOOD).replace("{", '{"place_id": 7, ').encode(),
        json.dumps(GOOD).replace("LeuwongUser", "Le\\u0075wong\\u0000").encode(),
        json.dumps(GOOD).replace("123456789", "1" * 60).encode(),
        json.dumps(GOOD).replace("LeuwongUser", "\xff").encode("latin-1"),
        b"[" * 40 + b"]" * 40,
        b"",
        b"null",
    ],
)
def test_other_bytes_are_read_as_the_patient_reader_reads_them(raw: bytes) -> None:
    """Byte order mark, blanks, a name twice, escapes, huge numbers, other bytes: the same order or the same refusal."""
    assert _result(read_sent, raw) == _result(read_slowly, raw)


def test_a_plain_body_needs_no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A documented body takes the short way: half of what reading an order costs would come back unnoticed."""

    def refuse(body: Any) -> WantedOrder:
        raise AssertionError(body)

    monkeypatch.setattr("gerai.doors.dialects.leuwongrr.request.read_patiently", refuse)
    sent = [json.dumps(body).encode() for body in (GOOD, without("order_type", "payment_method"))]
    assert [read_sent(raw) for raw in sent] == [WANTED, WANTED]
