"""Durianpay, and whoever serves its API."""

from __future__ import annotations

from typing import Final

from gerai.partners.gateways.durianpay.gateway import DurianpayGateway
from gerai.ports.gateways import Gateway

GATEWAY: Final[Gateway] = DurianpayGateway()
