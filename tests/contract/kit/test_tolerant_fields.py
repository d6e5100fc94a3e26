"""What old clients really send where nothing hangs on it: remarks, pictures, addresses, times without an end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gerai.domain.refusals import InputInvalid
from gerai.doors.http.field_rules import FaultTexts, FieldRules
from gerai.doors.http.fields import Fields
from gerai.doors.http.times import EARLIEST, LATEST

TEXTS = FaultTexts(
    required="required", invalid="invalid", too_long="at most {most}", not_link="no link", not_time="no time",
    time_out_of_reach="{least} to {most}", repeated="once",
)  # fmt: skip
RULES = FieldRules(texts=TEXTS)


def fields(**data: Any) -> Fields:
    return Fields.of_body(data, RULES)


def faults(read: Fields) -> dict[str, list[str]]:
    with pytest.raises(InputInvalid) as refused:
        read.check()
    return refused.value.fields


def test_a_remark() -> None:
    """`false` is absent, as null is; any other text is kept; what is no text is a mistake, and so is a long one."""
    read = fields(a=False, b=None, c=" x ", d=12, e=True, f="y" * 256, g={"h": 1})
    assert [read.remark(name) for name in "abcdefg"] == ["", "", "x", "12", "", "", ""]
    assert faults(read) == {"e": ["invalid"], "f": ["at most 255"], "g": ["invalid"]}


def test_a_picture() -> None:
    """Any text; one that is the picture itself is left out."""
    read = fields(a="/img/a.png", b="//cdn.x/a b.png", c="data:image/png;base64," + "A" * 2_000, d=False, e="x" * 2_000)
    assert [read.picture(name) for name in "abcd"] == ["/img/a.png", "//cdn.x/a b.png", "", ""]
    assert read.picture("e") == "x" * 2_000
    read.check()


def test_an_address_that_somebody_opens() -> None:
    """Of the web, blanks in a file's name included; `false` is absent. Never a script or a path."""
    kept = "https://toko.id/bukti transfer.jpg"
    read = fields(a=kept, b=False, c="javascript:alert(1)", d="/x", e="https://toko.id x/", f="https://toko.id/a\nb")
    assert [read.link(name) for name in "abcdef"] == [kept, "", "", "", "", ""]
    assert faults(read) == {name: ["no link"] for name in "cdef"}


@pytest.mark.parametrize(
    ("text", "nearest"), [("9999-12-31T23:59:59Z", LATEST), ("9999-12-31", LATEST), ("0001-01-01", EARLIEST)]
)
def test_times_out_of_reach(text: str, nearest: datetime) -> None:
    """As a bound the nearest in reach; as the time of something that happened a mistake that names the years."""
    read = fields(bound=text, fact=text, none="9999-13-31")
    assert read.moment("bound", bound=True) == nearest
    assert (read.moment("fact"), read.moment("none", bound=True)) == (None, None)
    assert faults(read) == {"fact": ["1000 to 9998"], "none": ["no time"]}
    assert datetime(1000, 1, 1, tzinfo=UTC) == EARLIEST
    assert datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC) == LATEST


def test_a_repeated_name_is_noted_where_it_is_read() -> None:
    """Once, however often and however it is read; one that nobody reads is nobody's mistake."""
    sent = [("a", "1"), ("a", "2"), ("a", "1"), ("b", "x"), ("b", " x "), ("b", ""), ("c", "1"), ("c", "2"), ("_", "9")]
    read = Fields.of_query(sent, RULES)
    assert (read.has("a"), read.has("_")) == (True, False)
    assert (read.integer("a"), read.text("a"), read.moment("a"), read.text("b")) == (None, "", None, "x")
    assert faults(read) == {"a": ["once"]}
