"""What a shop says of itself on its pages and papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gerai.domain.records import ShopLogo
from gerai.doors.pay.names import shown
from gerai.kit.colours import Colour, read_colour
from gerai.kit.contacts import ShopContact, is_web, read_contact
from gerai.merchant_settings import MerchantSettings

#: Below it every shop's logo has an address of its own.
LOGO_PATH: Final = "/_logo"


@dataclass(frozen=True)
class PageLogo:
    """A shop's logo: its address and how large it is in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class ShopFacts:
    """What a shop says of itself, as far as it does. ``complaint``: where its buyers complain; ``url``: where they
    shop; ``colour``: of its buttons and links."""

    address: str = ""
    contact: ShopContact | None = None
    complaint: ShopContact | None = None
    logo: PageLogo | None = None
    url: str = ""
    colour: Colour | None = None

    @property
    def named(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.address or self.contact or self.complaint or self.url)


NO_SHOP: Final = ShopFacts()


def shop_of(settings: MerchantSettings, logo: ShopLogo | None) -> ShopFacts:
    """As the merchant's settings have it. A contact that cannot be read counts as none."""
    return ShopFacts(
        address=shown(settings.shop_address),
        contact=read_contact(settings.shop_contact),
        complaint=read_contact(settings.complaint_contact),
        logo=None if logo is None else PageLogo(logo_url(logo), logo.width, logo.height),
        url=settings.shop_url if is_web(settings.shop_url) else "",
        colour=read_colour(settings.shop_colour),
    )


def logo_url(logo: ShopLogo) -> str:
    """Its address. It changes with the content, so that browsers may keep what they got there for good."""
    return f"{LOGO_PATH}/{logo.merchant_id}/{logo.digest.hex()}"
