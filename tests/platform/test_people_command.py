"""`gerai people`: the first person, and a new password for whoever lost theirs."""

from __future__ import annotations

import pytest
from terminal_kit import gerai_here as gerai

from gerai.app import App
from gerai.domain.refusals import NotAuthenticated
from gerai.engine.people.sign_in import sign_in, whose


async def test_the_first_person_and_a_lost_password(app: App, dsn: str) -> None:
    """Where nobody can sign in the command makes the first person, who may everything; afterwards it gives that person
    another password, and nobody else."""
    code, said, _ = await gerai(dsn, "people", "reset-password", "admin")
    assert code == 0
    first = said.splitlines()[-1]
    engine, sealer = app.engine, app.house.sealer
    who = await whose(engine, await sign_in(engine, sealer, "Admin", first, "", address="", agent=""))
    assert who is not None
    assert (who.person.everywhere, who.person.must_change) == (True, True)
    code, said, why = await gerai(dsn, "people", "reset-password", "other")
    assert (code, said) == (1, "")
    assert "no such person: other" in why
    code, said, _ = await gerai(dsn, "people", "reset-password", "admin")
    assert code == 0
    with pytest.raises(NotAuthenticated):
        await sign_in(engine, sealer, "admin", first, "", address="", agent="")
    token = await sign_in(engine, sealer, "admin", said.splitlines()[-1], "", address="", agent="")
    assert await whose(engine, token) is not None
