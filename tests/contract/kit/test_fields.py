"""The field reader: what is read tolerantly, what is refused, and where it says so."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from gerai.domain.refusals import BodyUnreadable, FieldsForbidden, InputInvalid
from gerai.doors.http.amounts import Rounding
from gerai.doors.http.field_rules import CONTROLS, FaultTexts, FieldRules, bracketed, dotted, pointer
from gerai.doors.http.field_values import visible, whole_number
from gerai.doors.http.fields import Fields
from gerai.kit.phones import phone_digits

TEXTS = FaultTexts(
    required="{name} is required, expected {expected}",
    blank="{name} is blank",
    invalid="{name} is invalid",
    too_short="at least {least}",
    too_long="at most {most}",
    unprintable="unprintable",
    not_whole="must be a whole number",
    too_small=">= {least}",
    too_large="<= {most}",
    not_amount="must be an amount",
    too_precise="fewer digits",
    not_flag="must be true or false",
    unknown_choice="one of {choices}",
    not_time="must be a time",
    not_phone="must be a phone",
    not_list="must be a list",
    too_many_items="at most {most} items",
    unknown_field="unknown",
)
RULES = FieldRules(texts=TEXTS)


def fields(rules: FieldRules = RULES, **data: Any) -> Fields:
    return Fields.of_body(data, rules)


def faults(read: Fields) -> dict[str, list[str]]:
    with pytest.raises(InputInvalid) as refused:
        read.check()
    return refused.value.fields


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (" \u202aBudi\u202c\n", "Budi"),
        (12345, "12345"),
        (12345678901234567890123, "12345678901234567890123"),
        (-5, "-5"),
        ("40115.0", "40115.0"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f3f4\U000e0067\U000e0062\U000e007f"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("a\nb", "a\nb"),
        (None, ""),
        ("", ""),
        ("\u200b\u2066 ", ""),
        ([], ""),
    ],
)
def test_texts(value: Any, text: str) -> None:
    """Digits are text, joined emoji are kept, blanks and invisible marks around a text are not part of it."""
    read = fields(x=value)
    assert read.text("x") == text
    read.check()


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (True, "x is invalid"),
        (5.5, "x is invalid"),
        (12.0, "x is invalid"),
        (1e2, "x is invalid"),
        (Decimal("5.50"), "x is invalid"),
        (Decimal("1E+2"), "x is invalid"),
        (Decimal("12.0"), "x is invalid"),
        (12345678901234567890.0, "x is invalid"),
        (1e300, "x is invalid"),
        ({"a": 1}, "x is invalid"),
        ([1], "x is invalid"),
        ("abcdef", "at most 5"),
        ("a", "at least 2"),
        ("a\x07b", "unprintable"),
        ("a\x85b", "unprintable"),
    ],
)
def test_texts_that_are_none(value: Any, fault: str) -> None:
    """Booleans, lists, objects and numbers with a fraction or an exponent, which would be rewritten, are no text;
    bounds count characters; control characters are refused."""
    read = fields(x=value)
    assert read.text("x", least=2, most=5) == ""
    assert faults(read) == {"x": [fault]}


def test_ends_of_lines_can_be_refused() -> None:
    """A door whose texts have one line says so in its rules."""
    read = fields(FieldRules(texts=TEXTS, refused_characters=CONTROLS), x="a\nb", y="a\u2028b", z="a b")
    assert [read.text(name) for name in "xyz"] == ["", "", "a b"]
    assert faults(read) == {"x": ["unprintable"], "y": ["unprintable"]}


def test_required_and_blank() -> None:
    """Absent and empty have sentences of their own; the expected type can be named."""
    read = fields(empty=" ", null=None)
    read.text("empty", required=True)
    read.integer("null", required=True)
    read.object("gone", required=True)
    read.objects("list", required=True, most=3)
    assert faults(read) == {
        "empty": ["empty is blank"],
        "null": ["null is required, expected number"],
        "gone": ["gone is required, expected object"],
        "list": ["list is required, expected array"],
    }


@pytest.mark.parametrize(
    ("value", "number"),
    [(2, 2), ("2", 2), (" 2 ", 2), (2.0, 2), ("2.0", 2), (Decimal("2"), 2), (Decimal("1E+2"), 100), ("007", 7),
     ("2.00", 2), ("2.0000", 2), (None, None), ("", None)],
)  # fmt: skip
def test_whole_numbers(value: Any, number: int | None) -> None:
    """A number as text, or with an empty fraction, is the number."""
    read = fields(n=value)
    assert read.integer("n") == number
    read.check()


@pytest.mark.parametrize(
    ("value", "fault"),
    [(True, "must be a whole number"), (1.5, "must be a whole number"), ("1.5", "must be a whole number"),
     ("12a", "must be a whole number"), ("٣", "must be a whole number"), ("1,000", "must be a whole number"),
     ("1.000", "must be a whole number"), (" 76.000 ", "must be a whole number"), ("-7.000", "must be a whole number"),
     ("1000.000", "must be a whole number"),
     ({}, "must be a whole number"), (0, ">= 1"), ("-5", ">= 1"), (101, "<= 100"), ("9" * 5000, "<= 100"),
     ("-" + "9" * 5000, ">= 1"), (1e300, "<= 100"), (Decimal("1E+999999"), "<= 100"), (Decimal("-1E+999999"), ">= 1")],
)  # fmt: skip
def test_whole_numbers_that_are_none(value: Any, fault: str) -> None:
    """Fractions, letters, other digits, and what is out of bounds however long it is."""
    read = fields(n=value)
    assert read.integer("n", most=100) is None
    assert faults(read) == {"n": [fault]}


def test_amounts_keep_the_door_s_rounding() -> None:
    """Text and number alike; what is left below the sen is rounded half-up, or to the rupiah."""
    read = fields(a="20000.00", b=20000, c="1,250,000.50", d=Decimal("0.5"), e="14999.849999999999")
    assert [read.amount(name) for name in "abcdex"] == [2_000_000, 2_000_000, 125_000_050, 50, 1_499_985, None]
    read.check()
    assert fields(FieldRules(texts=TEXTS, rounding=Rounding.RUPIAH), a="10000.67").amount("a") == 1_000_100


@pytest.mark.parametrize(
    ("value", "fault"),
    [("abc", "must be an amount"), (True, "must be an amount"), ({}, "must be an amount"),
     ("-1", ">= 10"), (-1, ">= 10"), (5, ">= 10"), (1001, "<= 1000"),
     ("9" * 18, "<= 1000"), ("1" + "9" * 99, "must be an amount"),
     (Decimal("10." + "0" * 60 + "1"), "fewer digits")],
)  # fmt: skip
def test_amounts_that_are_none(value: Any, fault: str) -> None:
    """Each with its own sentence; bounds are told in rupiah."""
    read = fields(a=value)
    assert read.amount("a", least_sen=1000, most_sen=100_000) is None
    assert faults(read) == {"a": [fault]}


def test_flags() -> None:
    """True and false also as text and as 1 and 0; absent is the caller's default."""
    read = fields(a=True, b="true", c="TRUE", d=1, e="1", f=False, g="false", h=0, i="0", j=None)
    assert [read.flag(name) for name in "abcde"] == [True] * 5
    assert [read.flag(name) for name in "fghij"] == [False] * 5
    assert read.flag("k", otherwise=True) is True
    read.check()
    wrong = fields(a="yes", b=2, c=1.5, d=["true"], e={})
    assert not any(wrong.flag(name) for name in "abcde")
    assert faults(wrong) == {name: ["must be true or false"] for name in "abcde"}


@pytest.mark.parametrize("sent", [62812345678.0, Decimal("62812345678.0"), Decimal("6.2812345678E+10"), "62812345678.0",
                                  "062812345678.0"[1:], "0812345678.0"])  # fmt: skip
def test_telephones_that_went_through_a_float(sent: Any) -> None:
    """The same number, never one with another digit."""
    read = fields(p=sent)
    assert read.phone("p") == "+62812345678"
    read.check()


@pytest.mark.parametrize("sent", [40115, 40115.0, Decimal("40115.0"), Decimal("4.0115E+4"), "40115", "40115.0"])
def test_postal_codes_that_went_through_a_float(sent: Any) -> None:
    """Digits, without a fraction of nothing."""
    read = fields(z=sent)
    assert read.digits("z") == "40115"
    read.check()


def test_choices() -> None:
    """One of the words; where the rules fold case, whatever its case."""
    read = fields(a="VA", b="va", c=1, d=None)
    assert [read.choice(name, ("VA", "QRIS"), otherwise="QRIS") for name in "abcd"] == ["VA", "QRIS", "QRIS", "QRIS"]
    assert faults(read) == {"b": ["one of VA, QRIS"], "c": ["one of VA, QRIS"]}
    folded = fields(FieldRules(texts=TEXTS, fold_case=True), TYPE="va")
    assert folded.choice("type", ("VA", "QRIS")) == "VA"


def test_times_phones_mails_digits() -> None:
    """A naive time is Jakarta's; a telephone number has one form; a postal code may be a number."""
    read = fields(t="2026-04-26T07:00:00", p="(0812) 3456 7890", q=6281234567890, m="a@b.id", z=12345, y="12 345")
    assert read.moment("t") == datetime(2026, 4, 26, tzinfo=UTC)
    assert (read.phone("p"), read.phone("q")) == ("+6281234567890", "+6281234567890")
    assert (read.email("m"), read.digits("z"), read.digits("y")) == ("a@b.id", "12345", "12345")
    read.check()
    assert fields(FieldRules(texts=TEXTS, phone=phone_digits), p="0812 3456 7890").phone("p") == "6281234567890"
    wrong = fields(t="yesterday", p="abc", m="a@b@c", z="1234x", u=17)
    assert wrong.moment("t") is None
    assert wrong.moment("u") is None
    assert (wrong.phone("p"), wrong.email("m"), wrong.digits("z")) == ("", "", "")
    assert faults(wrong) == {
        "t": ["must be a time"],
        "u": ["must be a time"],
        "p": ["must be a phone"],
        "m": ["m is invalid"],
        "z": ["z is invalid"],
    }


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (dotted, ["items.0.qty", "items.1", "items.2.tags.1", "customer.name"]),
        (bracketed, ["items[0].qty", "items[1]", "items[2].tags[1]", "customer.name"]),
        (pointer, ["/items/0/qty", "/items/1", "/items/2/tags/1", "/customer/name"]),
    ],
)
def test_faults_stand_under_their_path(style: Any, expected: list[str]) -> None:
    """Objects and lists however deep; the list keeps its indexes when one entry is no object."""
    rules = FieldRules(texts=TEXTS, path=style)
    read = fields(rules, items=[{"qty": "x"}, 5, {"tags": ["a", {}]}], customer={})
    items = read.objects("items", most=5)
    assert len(items) == 2
    items[0].integer("qty")
    assert items[1].texts("tags", most_items=5) == ["a", ""]
    customer = read.object("customer")
    assert customer is not None
    customer.text("name", required=True)
    assert sorted(faults(read)) == sorted(expected)


def test_objects_and_lists() -> None:
    """Anything that is no object is refused; lists are bounded."""
    read = fields(b={"x": 1}, c="x", d=[1, 2, 3], e="x", g={"k": "v" * 30})
    assert read.mapping("b") == {"x": 1}
    read.check()
    assert read.object("c") is None
    assert read.objects("d", most=2) == []
    assert read.texts("e", most_items=2) == []
    assert read.mapping("g", most=20) == {}
    assert faults(read) == {
        "c": ["c is invalid"],
        "d": ["at most 2 items"],
        "e": ["must be a list"],
        "g": ["at most 20"],
    }


@pytest.mark.parametrize("empty", [[], {}])
def test_an_empty_list_is_an_empty_object(empty: Any) -> None:
    """PHP writes both the same way: there where an object is expected, also a required one and one in a list. What
    only an absent object lacks is not complained of; where no object is expected an empty list is absent."""
    read = fields(a=empty, b=empty, c=[empty], d=[])
    inner = read.object("a", required=True)
    assert inner is not None
    assert inner.empty
    assert read.mapping("b", required=True) == {}
    [row] = read.objects("c", most=1)
    row.text("name", required=True)
    assert (read.text("d"), read.integer("d"), read.objects("d", most=1)) == ("", None, [])
    assert faults(read) == {"c.0.name": ["name is required, expected string"]}


def test_a_list_with_something_in_it_is_no_object() -> None:
    """Named as it was sent; absent ones are only missed where they are required."""
    read = fields(a=[1], b=[[]], c=[[1]])
    assert read.object("a") is None
    assert read.mapping("b") == {}
    assert read.objects("c", most=1) == []
    assert (read.object("gone"), read.mapping("gone")) == (None, {})
    assert faults(read) == {"a": ["a is invalid"], "b": ["b is invalid"], "c.0": ["0 is invalid"]}


def test_an_unnamed_object_and_folded_names() -> None:
    """Fields of such an object are told without its name in front; names match whatever their case, at every level."""
    read = fields(FieldRules(texts=TEXTS, fold_case=True), REQUEST={"Amount": "x", "Order_ID": 5})
    inner = read.object("request", unnamed=True)
    assert inner is not None
    assert inner.text("order_id") == "5"
    assert inner.amount("amount") is None
    assert faults(read) == {"amount": ["must be an amount"]}


def test_unknown_fields() -> None:
    """Refused by name at once, or noted under the field, as the door's contract wants it; names told are bounded."""
    with pytest.raises(FieldsForbidden) as refused:
        fields(a=1, b=2, **{f"{n}{'x' * 100}": 1 for n in range(99)}).only(("a",))
    assert refused.value.names[0] == "b"
    assert len(refused.value.names) == 50
    assert max(map(len, refused.value.names)) == 64
    read = Fields.of_query([("limit", ""), ("limit", "5"), ("trx_id", "x"), ("limit", "5"), ("b_uid", "")], RULES)
    assert read.integer("limit") == 5
    read.note_unknown(("limit",))
    with pytest.raises(InputInvalid) as noted:
        read.check()
    assert (noted.value.fields, noted.value.where) == ({"trx_id": ["unknown"]}, "query")


def test_bodies_that_are_no_objects() -> None:
    """Anything but an object is refused as a whole; an empty list is PHP's empty object."""
    for body in ("x", 5, None, True, [1]):
        with pytest.raises(BodyUnreadable) as refused:
            Fields.of_body(body, RULES)
        assert refused.value.reason == "not_object"
    assert not Fields.of_body([], RULES).has("x")


def test_own_sentences_are_taken_literally() -> None:
    """A door's own complaint may hold what a client sent, braces included."""
    read = fields(x=1)
    read.complain("x", "{nothing} is filled in here")
    read.require("x", "y")
    assert read.faulty
    assert faults(read) == {"x": ["{nothing} is filled in here"], "y": ["y is required, expected value"]}
    with pytest.raises(InputInvalid):
        fields().refuse("type", "no")


def test_helpers() -> None:
    """What the reader stands on."""
    assert visible("\u200b\u2060\ufeff \u3000") == ""
    for filler in "\u115f\u1160\u3164\uffa0":
        assert visible(filler) == ""
        assert visible(f"{filler}Ani{filler}") == visible(f"Ani{filler}") == "Ani"
    for mark in "\ufe0f\u17b4\u17b5\u2060\u206f\u180b\u034f\u200d\u00ad\ufff0\U000e0020\U000e0001\U000e0100\U0001d173":
        assert visible(mark) == visible(f" {mark}\u3164{mark} ") == ""
        read = fields(x=mark)
        assert read.text("x", required=True) == ""
        assert faults(read) == {"x": ["x is blank"]}
        assert visible(f"{mark}Ani") == "Ani"
    for emoji in ("\u2764\ufe0f", "\U0001f468\u200d\U0001f469", "1\ufe0f\u20e3", "Ani \U0001f3f4\U000e0067\U000e007f"):
        assert visible(f" {emoji}\u200b") == emoji
    assert visible("é ") == "é"
    assert whole_number(9007199254740993.0) == 10**40
    assert whole_number([]) is None
    assert whole_number(float("inf")) is None
    assert whole_number(Decimal("NaN")) is None
