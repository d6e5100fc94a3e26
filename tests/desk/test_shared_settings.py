"""What production and the sandbox have together is not changed by a key of the sandbox."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from test_admin import key_of

from desk_kit import OWNER, do, written
from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import Actor
from gerai.engine.desk.acts.set_setting import ChosenSetting
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, acts, perform

SHARED = sorted(act.name for act in acts().values() if act.shared)
KEY = DeskCaller(Actor("key", "5", "bot"), OWNER.permissions)
LATE = ChosenSetting(name="late_payment", value="hold")


def test_they_are_those_of_both_environments() -> None:
    """The shop's settings, its name and its people; what is of one environment alone is not among them."""
    assert set(SHARED) >= {
        "settings.set", "settings.reset", "merchants.rename", "people.invite", "people.remove", "people.role",
        "invites.withdraw", "reports.rebuild",
    }  # fmt: skip
    assert not {name for name in SHARED if name.startswith(("gateways.", "accounts.", "clock.", "keys.", "webhooks."))}


@pytest.mark.parametrize("name", SHARED)
async def test_a_key_of_the_sandbox_changes_none_of_them(within: Within, name: str) -> None:
    """It is refused by name before anything is looked at, and nothing is written down."""
    sandbox, act, nothing = Within(within.house, within.merchant_id, "sandbox"), acts()[name], Any
    with pytest.raises(InputInvalid) as refused:
        await perform(act, sandbox, nothing, KEY, reason="coba")  # type: ignore[arg-type]
    assert list(refused.value.fields) == ["environment"]
    assert await written(within) == []


async def test_a_key_of_production_and_a_person_do(client: httpx.AsyncClient, within: Within) -> None:
    """A person has both environments, wherever they stand; over HTTP the refusal has words."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    asked = {"name": "late_payment", "value": "hold"}
    refused = await client.post(
        "/admin/v1/acts/settings.set", json=asked, headers=await key_of(within, environment="sandbox")
    )
    assert refused.status_code in (400, 422)
    assert refused.json()["errors"] == {
        "environment": ["production has this, too: a key of the sandbox does not change it"]
    }
    assert within.merchant.settings.late_payment != "hold"
    await do(sandbox, "settings.set", LATE, OWNER)
    assert within.merchant.settings.late_payment == "hold"
    await do(within, "settings.set", ChosenSetting(name="late_payment", value="accept"), KEY)
    assert within.merchant.settings.late_payment == "accept"
