"""Links in responses: what is stored is a path of ours or somebody else's address, what leaves is always an address."""

from __future__ import annotations


def absolute(link: str, base_url: str) -> str:
    """``link`` as an address: a path of ours stands behind ``base_url``; an address and nothing stay what they are."""
    return base_url + link if link.startswith("/") else link
