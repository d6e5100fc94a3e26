"""A file as an answer, sent while it is made."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response, StreamingResponse

from gerai.engine.desk.export import Export


def download(made: Export, headers: Mapping[str, str] | None = None) -> Response:
    """The file, a piece at a time: a client that goes away ends its making. What breaks in the middle cuts the answer
    off, which clients see: it has no end."""
    named = {"content-disposition": f'attachment; filename="{made.name}"', "cache-control": "no-store"}
    return StreamingResponse(made.pieces, 200, {**(headers or {}), **named}, media_type=made.media_type)


def attachment(content: bytes, name: str, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """A file that is there."""
    named = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, 200, {**(headers or {}), **named}, media_type=media_type)
