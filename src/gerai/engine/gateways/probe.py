"""Ask a gateway something that moves no money: are address and keys right?"""

from __future__ import annotations

from gerai.domain.records import GatewayContract
from gerai.engine.gateways.desk import GatewayDesk
from gerai.kit.address import AddressForbidden
from gerai.kit.http import NoAnswer, Unreachable
from gerai.kit.secret_box import SecretBoxError
from gerai.ports.gateways import GatewayRefused, SwitchedOn


async def probed(desk: GatewayDesk, contract: GatewayContract) -> tuple[str, SwitchedOn | None]:
    """One sentence that says what is wrong, empty for nothing; and what the gateway has switched on, if it says."""
    gateway = desk.gateways.get(contract.gateway)
    if gateway is None:
        return f"the gateway {contract.gateway} is not known here", None
    try:
        given = desk.opened(contract)
        return "", await gateway.probe(desk.http(given), given)
    except GatewayRefused as refused:
        wrong = f"{gateway.title} refuses: {refused.text} ({refused.code})"
    except AddressForbidden as error:
        wrong = f"{contract.base_url}: {error}"
    except Unreachable as error:
        wrong = (
            f"{contract.base_url} is not reached ({error}): is this machine connected, and the address right? Try "
            "again / tidak terhubung: periksa jaringan dan alamatnya, lalu coba lagi"
        )
    except NoAnswer as error:
        wrong = f"{contract.base_url} gives no usable answer: {error}"
    except SecretBoxError as error:
        wrong = f"{error}: it is the setting webhooks.seal_key"
    return wrong, None
