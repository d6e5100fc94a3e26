"""Fixtures every test may use: one embedded PostgreSQL for the session, in it a database and a running server for each
file, a merchant of its own per test. Nothing is rolled back or truncated: merchants never see each other, and that is
tested all the time."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from typing import Any

import httpx
import hypothesis
import pytest
import pytest_asyncio
import structlog
from playwright.async_api import Browser

from app_kit import app_of, settings_of
from browser_kit import chromium
from cluster_kit import make_ready, migrated_scratch
from engine_kit import copy_of
from fork_server import start_server
from gerai.app import App
from gerai.cli.typed import TYPED
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.settings import Settings
from gerai.testing.server import LiveServer

# Whoever started these tests typed ./gerai; what commands print is compared with what is typed elsewhere.
os.environ.pop(TYPED, None)
# The same examples on every machine, and none fails because the machine is busy.
hypothesis.settings.register_profile("gerai", derandomize=True, deadline=None)
hypothesis.settings.load_profile("gerai")
_numbers = itertools.count(1)
#: From two and a half minutes to twenty seconds, the longest first.
LONGEST_FILES = (
    "test_tortures.py", "test_bench.py", "test_other_tortures.py",
    "test_large_database.py", "test_backup_command.py", "test_schemathesis.py", "test_twice_at_once.py",
    "test_every_page.py",
    "test_pay_looks.py", "test_worker_outages.py", "test_locks_of_others.py", "test_database_faults.py",
    "test_connections.py", "test_how_to.py", "test_pages.py", "test_embedded.py", "test_silent_directory.py",
    "test_ledger_stateful.py", "test_rights_matrix.py", "test_fifth_dialect.py", "test_delivery_order.py",
    "test_alerts.py", "test_pending_work.py", "test_round_trip.py", "test_up.py", "test_sockets.py",
    "test_receiving_accounts.py", "test_kept_connections.py", "test_standard_streams.py", "test_by_hand_walk.py",
    "test_names.py", "test_upgrades.py", "test_doctor.py",
)  # fmt: skip
# Who starts the tests in the background lets them ignore Ctrl-C, and a process ignores what its parent did.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Long rounds, and what tests write."""
    parser.addoption("--every-look", action="store_true", help="pages in every language, theme and width")
    parser.addoption("--whole-shop", action="store_true", help="files with as many rows as is promised")
    parser.addoption("--pictures", action="store_true", help="write the pictures of docs/pictures anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest begin first, as they were measured: at the end of the queue one process would run
    them alone."""
    place = {name: number for number, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(autouse=True)
def log_left_as_it_was() -> Generator[None]:
    """A test that sets up this process's log puts it back: after it, whatever logs would write where nothing is."""
    before = structlog.get_config()["logger_factory"]
    yield
    assert structlog.get_config()["logger_factory"] is before


@pytest.fixture(scope="session", autouse=True)
def quick_starts() -> Generator[None]:
    """Every `gerai up` of a :class:`LiveServer` finds its database made, and need not import itself. (What a first
    start makes: tests/platform/test_up.py.)"""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(LiveServer, "prepare", make_ready)
        patched.setattr(LiveServer, "launch", start_server)
        yield


@pytest.fixture(scope="session")
def migrated() -> Generator[str]:
    """A migrated scratch database. Nobody connects to it: it is what others are copied from, in a fifth of a second."""
    with migrated_scratch() as server:
        yield server.dsn


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def one_browser() -> AsyncGenerator[Browser]:
    """Its start takes as long as a test."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(one_browser: Browser) -> AsyncGenerator[Browser]:
    """For a file: whatever it leaves open is closed behind it."""
    yield one_browser
    for context in one_browser.contexts:
        await context.close()


@pytest.fixture(scope="module")
def dsn(migrated: str) -> Generator[str]:
    """The database of a file."""
    with copy_of(migrated) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def own_dsn(migrated: str) -> Generator[str]:
    """Another one, for what concerns a whole installation: figures of all, work that is due anywhere."""
    with copy_of(migrated) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """The settings of the test server."""
    return settings_of(dsn)


@pytest_asyncio.fixture(scope="module")
async def app(settings: Settings) -> AsyncGenerator[App]:
    """The whole application, engine running, no worker: a test that wants background work runs it itself."""
    app = app_of(settings)
    async with app.running():
        yield app


@pytest.fixture(scope="module")
def engine(app: App) -> Engine:
    """The running engine."""
    return app.engine


@pytest_asyncio.fixture
async def client(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """HTTP straight into the application, without a socket."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
        yield client


@dataclass(frozen=True)
class TestMember:
    """A member of a test merchant, with its wallets by environment."""

    __test__ = False
    member_id: int
    wallets: dict[str, int]


@dataclass(frozen=True)
class TestMerchant:
    """A fresh merchant."""

    __test__ = False
    engine: Engine
    merchant_id: int
    code: str

    async def member(self, channel: str = "test", money_sen: int = 0, **facts: Any) -> TestMember:
        """A member with wallets in both environments, each holding ``money_sen``."""
        number = next(_numbers)
        facts.setdefault("environment", "production")
        member_id, wallets = await add_member(
            self.engine, self.merchant_id, channel, f"m{number}", facts.pop("name", f"Member {number}"), **facts
        )
        if money_sen:
            for environment, account_id in wallets.items():
                await self.engine.submit(
                    ManualDeposit(
                        merchant_id=self.merchant_id,
                        environment=environment,
                        account_id=account_id,
                        amount_sen=money_sen,
                        note="opening",
                    )
                )
        return TestMember(member_id, wallets)


@pytest_asyncio.fixture
async def merchant(engine: Engine) -> TestMerchant:
    """A merchant of this test's own, with simulators in both environments."""
    return await new_merchant(engine)


async def new_merchant(engine: Engine, **settings: Any) -> TestMerchant:
    """Another merchant, for tests that need two or need settings."""
    code = f"shop{next(_numbers)}"
    merchant_id = await open_merchant(engine, code, f"Toko {code}", settings, simulated=True)
    return TestMerchant(engine, merchant_id, code)
