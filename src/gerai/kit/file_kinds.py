"""What a file is, by its first bytes: browsers do not say it in a way that could be relied on."""

from __future__ import annotations

from typing import Final

_STARTS: Final = {
    b"%PDF-": ".pdf", b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"ID3": ".mp3",
    b"Rar!": ".rar", b"7z\xbc\xaf\x27\x1c": ".7z",
}  # fmt: skip
#: What a ZIP file is in truth, by the name of something in it.
_IN_ZIP: Final = {b"application/epub+zip": ".epub", b"word/": ".docx", b"xl/": ".xlsx", b"ppt/": ".pptx"}
_LOOKED_AT: Final = 64 * 1024


def ending_of(content: bytes) -> str:
    """How the name of such a file ends, ``.pdf``; empty: nobody knows."""
    head = content[:_LOOKED_AT]
    if head[4:8] == b"ftyp":
        return ".mp4"
    if head.startswith(b"PK\x03\x04"):
        # A ZIP file's list of names stands at its end, too.
        both = head + content[-_LOOKED_AT:]
        return next((ending for name, ending in _IN_ZIP.items() if name in both), ".zip")
    return next((ending for start, ending in _STARTS.items() if head.startswith(start)), "")
