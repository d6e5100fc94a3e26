"""How payment channels are written for people: on the pages' buttons, and in the steps that payment methods compose."""

from __future__ import annotations

from typing import Final

#: Spellings that upper or title case would get wrong; for the others :func:`channel_title` has a rule.
_SPELLINGS: Final = {
    "GOPAY": "GoPay",
    "LINKAJA": "LinkAja",
    "SHOPEEPAY": "ShopeePay",
    "SPAYLATER": "SPayLater",
    "INDODANA": "Indodana",
    "MAYBANK": "Maybank",
    "MEGA": "Mega",
    "JAGO": "Jago",
    "SEABANK": "SeaBank",
    "BLU": "blu (BCA Digital)",
    "JENIUS": "Jenius / BTPN",
    "JENIUSPAY": "JeniusPay",
}


def channel_title(code: str) -> str:
    """A channel code as people write it: ``BCA``, ``Mandiri``, ``ShopeePay``, ``Sahabat Sampoerna``."""
    if code.upper() in _SPELLINGS:
        return _SPELLINGS[code.upper()]
    parts = code.replace("-", "_").split("_")
    return " ".join(part.upper() if len(part) <= 4 else part.capitalize() for part in parts)
