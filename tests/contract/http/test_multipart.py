"""Forms with a file in them: what browsers send is read to the byte, and everything else is refused."""

from __future__ import annotations

import contextlib
import os

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.domain.refusals import BodyUnreadable
from gerai.doors.http.multipart import FormPart, parts_of

TYPE = "multipart/form-data; boundary=XX"
FILE = b'Content-Disposition: form-data; name="proof"; filename="a.png"\r\nContent-Type: image/png'


def form(*parts: tuple[bytes, bytes], end: bytes = b"--\r\n") -> bytes:
    """The body of these parts: headers and content."""
    return b"".join(b"--XX\r\n%s\r\n\r\n%s\r\n" % part for part in parts) + b"--XX" + end


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(blacklist_characters='"\\', min_codepoint=32, max_codepoint=126), min_size=1),
            st.text(st.characters(blacklist_categories=("Cc", "Cs")), min_size=1),
            st.binary(max_size=200),
        ),
        min_size=1,
        max_size=10,
        unique_by=lambda field: field[0],
    )
)
def test_what_a_client_sends_is_read(fields: list[tuple[str, str, bytes]]) -> None:
    """Any content, line ends and dashes in it too, under any name: the same comes out, in order."""
    request = httpx.Request(
        "POST", "http://x/", files=[(name, (filename, content)) for name, filename, content in fields]
    )
    found = parts_of(request.headers["content-type"], request.read())
    assert found == [FormPart(name, is_file=True, content=content) for name, _, content in fields]


@pytest.mark.parametrize(
    ("content_type", "head", "part"),
    [
        (TYPE, FILE, FormPart("proof", is_file=True, content=b"x")),
        ('Multipart/Form-Data;boundary="XX"', FILE, FormPart("proof", is_file=True, content=b"x")),
        ("multipart/form-data; charset=utf-8; boundary=XX", FILE, FormPart("proof", is_file=True, content=b"x")),
        (TYPE, b"content-disposition:form-data;name=proof", FormPart("proof", is_file=False, content=b"x")),
        (TYPE, FILE.replace(b"a.png", b""), FormPart("proof", is_file=True, content=b"x")),
        (TYPE, FILE.replace(b"a.png", rb"a\".png"), FormPart("proof", is_file=True, content=b"x")),
        (TYPE, FILE.replace(b"a.png", rb"..\\..\\a.png"), FormPart("proof", is_file=True, content=b"x")),
        (
            TYPE,
            FILE.replace(b'filename="a.png"', b"filename*=UTF-8''a.png"),
            FormPart("proof", is_file=True, content=b"x"),
        ),
        (
            TYPE,
            FILE.replace(b"a.png", "bukti transfer – 29.png".encode()),
            FormPart("proof", is_file=True, content=b"x"),
        ),
        (TYPE, FILE.replace(b"a.png", b"\xff\xfe.png"), FormPart("proof", is_file=True, content=b"x")),
    ],
)
def test_ways_to_write_a_head(content_type: str, head: bytes, part: FormPart) -> None:
    """As browsers and their like write it; the name of the file is nobody's business."""
    assert parts_of(content_type, form((head, b"x"))) == [part]
    assert parts_of(content_type, form((head, b"x"), end=b"--")) == [part]


def test_an_empty_form() -> None:
    """It has no fields."""
    assert parts_of(TYPE, b"--XX--\r\n") == []


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/mixed; boundary=XX",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'X' * 71}",
        "multipart/form-data; boundary=X\u00dfX",
        'multipart/form-data; boundary="XX',
        "multipart/form-data; boundary=XX; boundary=YY",
        "multipart/form-data; boundary=X X",
    ],
)
def test_what_says_that_it_is_another(content_type: str) -> None:
    """Only a form with a boundary is one."""
    with pytest.raises(BodyUnreadable):
        parts_of(content_type, form((FILE, b"x")))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"--XX", b"--XX\r\n", b"\r\n--XX--", b"preamble\r\n" + form((FILE, b"x")),
        form((FILE, b"x")) + b"epilogue",
        form((FILE, b"x"), end=b""), form((FILE, b"x"), end=b"--\n"), form((FILE, b"x"), end=b"-"),
        form((b"", b"x")), form((b"Content-Type: image/png", b"x")), form((FILE + b"\r\n" + FILE, b"x")),
        form((FILE.replace(b"form-data", b"attachment"), b"x")), form((FILE.replace(b' name="proof";', b""), b"x")),
        form((FILE.replace(b"proof", b""), b"x")), form((FILE.replace(b'"; filename', b'"; name="b"; filename'), b"x")),
        form((FILE.replace(b"a.png", b"a\x00.png"), b"x")), form((FILE.replace(b"proof", b"pr\x00of"), b"x")),
        form((FILE.replace(b"proof", b"\xff"), b"x")), form((FILE.replace(b"a.png", b"a\n.png"), b"x")),
        form((FILE.replace(b'a.png"', b"a.png"), b"x")), form((FILE.replace(b"a.png", b"a" * 5000), b"x")),
        form((FILE.replace(b"\r\n", b"\n"), b"x")), form((b" folded", b"x"), (FILE, b"x")), form(*[(FILE, b"x")] * 11),
        b"--XX\r\n" + FILE + b"\r\n\r\n--XX--", form((FILE, b"x")).replace(b"\r\n", b"\n"), form((FILE, b"x")) * 2,
    ],
)  # fmt: skip
def test_what_is_no_form(body: bytes) -> None:
    """Cut off, with something around it, without a name or with two, NUL and line ends in names, a head without end,
    more than ten fields: refused, and never an error of ours."""
    with pytest.raises(BodyUnreadable):
        parts_of(TYPE, body)


def test_every_beginning_of_a_form() -> None:
    """A form that was cut off anywhere but in its last line end is none."""
    whole = form((FILE, os.urandom(40)), (b'Content-Disposition: form-data; name="more"', b""))
    for length in range(len(whole) - 3):
        with pytest.raises(BodyUnreadable):
            parts_of(TYPE, whole[:length])


@given(st.binary(max_size=300))
def test_garbage(body: bytes) -> None:
    """Whatever comes, it is read or refused as such."""
    for content in (body, b"--XX\r\n" + body, form((body, body)), form((FILE + b"\r\n" + body, b"x"))):
        read = True
        with contextlib.suppress(BodyUnreadable):
            read = isinstance(parts_of(TYPE, content), list | tuple)
        assert read
