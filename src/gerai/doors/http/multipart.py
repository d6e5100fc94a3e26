"""A form with a file in it (``multipart/form-data``, RFC 7578), as browsers send it. Anything else is unreadable:
nothing here guesses."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from gerai.domain.refusals import BodyUnreadable

_PARTS_AT_MOST: Final = 10
_HEAD_BYTES_AT_MOST: Final = 4096
_TYPE: Final = re.compile(
    r"""multipart/form-data\s*;\s*(?:charset=[\w-]{1,20}\s*;\s*)?boundary=("?)([\w'()+,./:=?-]{1,70})\1\s*""",
    re.ASCII | re.IGNORECASE,
)
_HEADER: Final = re.compile(rb"([A-Za-z-]{1,40}): *([^\x00-\x08\x0a-\x1f\x7f]*)")
_VALUE: Final = rb"""(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+))"""
_DISPOSITION: Final = re.compile(rb"form-data((?: *; *[\w*-]{1,20}=%s)*) *;?" % _VALUE, re.IGNORECASE)
_PARAMETER: Final = re.compile(rb"; *([\w*-]{1,20})=%s" % _VALUE)
#: What may stand behind the last part.
_ENDS: Final = frozenset({b"--", b"--\r\n"})


class FormPart(NamedTuple):
    """One field of a form. ``is_file``: it came with a file's name, which is not kept: it is whatever its sender
    likes."""

    name: str
    is_file: bool
    content: bytes


def parts_of(content_type: str, body: bytes) -> list[FormPart]:
    """The fields of a form, in their order. BodyUnreadable ``form``: it is none, it is cut off, it has more than ten
    fields, or a field without a name."""
    named = _TYPE.fullmatch(content_type)
    if named is None:
        raise BodyUnreadable("form")
    delimiter = b"--" + named[2].encode()
    at, found = len(delimiter), list[FormPart]()
    if not body.startswith(delimiter):
        raise BodyUnreadable("form")
    while body[at : at + 4] not in _ENDS:
        head_ends = body.find(b"\r\n\r\n", at, at + _HEAD_BYTES_AT_MOST)
        ends = body.find(b"\r\n" + delimiter, head_ends + 4)
        if not body.startswith(b"\r\n", at) or head_ends < 0 or ends < 0 or len(found) == _PARTS_AT_MOST:
            raise BodyUnreadable("form")
        name, is_file = _named(body[at + 2 : head_ends])
        found.append(FormPart(name, is_file, body[head_ends + 4 : ends]))
        at = ends + 2 + len(delimiter)
    if body[at:] not in _ENDS:
        raise BodyUnreadable("form")
    return found


def _named(head: bytes) -> tuple[str, bool]:
    """The name in a part's headers, and whether it is a file's."""
    headers = [_HEADER.fullmatch(line) for line in head.split(b"\r\n")]
    values = [header[2] for header in headers if header and header[1].lower() == b"content-disposition"]
    dispositions = [_DISPOSITION.fullmatch(value) for value in values]
    if None in headers or len(dispositions) != 1 or dispositions[0] is None:
        raise BodyUnreadable("form")
    given = [(name.lower(), quoted or plain) for name, quoted, plain in _PARAMETER.findall(dispositions[0][1])]
    parameters = dict(given)
    if len(parameters) != len(given) or not parameters.get(b"name"):
        raise BodyUnreadable("form")
    try:
        return parameters[b"name"].decode(), b"filename" in parameters or b"filename*" in parameters
    except UnicodeDecodeError:
        raise BodyUnreadable("form") from None
