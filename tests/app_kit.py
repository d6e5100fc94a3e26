"""The application inside a test's own process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine_kit import PATIENCE_S
from gerai.app import App
from gerai.engine.core import Engine
from gerai.engine.gateways.desk import GatewayDesk
from gerai.kit.secret_box import SecretBox
from gerai.kit.shared_counters import CounterShare
from gerai.settings import DatabaseSettings, EngineSettings, HttpSettings, PageSettings, Settings


def settings_of(dsn: str, **changes: Any) -> Settings:
    """Of a server in this process on the database ``dsn``, which is as patient as the machine may be slow; a person may
    open as many pages as a test walks through."""
    changes = {"pages": PageSettings(console_per_minute=1_000_000)} | changes
    return replace(
        Settings(),
        database=DatabaseSettings(url=dsn),
        http=HttpSettings(public_base_url="http://gerai.test"),
        engine=EngineSettings(command_deadline_s=PATIENCE_S, reads_wait_s=PATIENCE_S),
        **changes,
    )


def app_of(settings: Settings, share: CounterShare | None = None, with_worker: bool = False) -> App:
    """An application that goes on serving when its event loop, which it shares with the test, stood still for seconds:
    a server of its own would refuse, because what it knows of keys is too old by then."""
    app = App(settings, share=share, with_worker=with_worker)
    app.engine.directory.trusted_s = 120.0
    return app


def no_gateways(engine: Engine) -> GatewayDesk:
    """Who asks gateways, where there are none."""
    return GatewayDesk(engine, {}, SecretBox(""), "")
