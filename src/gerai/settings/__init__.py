"""Every setting of the server: name, default and help together, grouped by subject.

Loaded once, from a TOML file and the environment (which wins); unknown names are refused, so a typo never passes
silently. A plug-in declares its own section; ``docs/reference/settings.md`` is printed from both.
"""

from gerai.settings.page import reference
from gerai.settings.read import SettingsError, as_environment, env_name, load
from gerai.settings.sections import (
    BackupSettings,
    DatabaseSettings,
    DoorSettings,
    EngineSettings,
    HttpSettings,
    LogSettings,
    MetricsSettings,
    PageSettings,
    PayoutSettings,
    ServerSettings,
    Settings,
    WebhookSettings,
    WorkerSettings,
)

__all__ = [
    "BackupSettings",
    "DatabaseSettings",
    "DoorSettings",
    "EngineSettings",
    "HttpSettings",
    "LogSettings",
    "MetricsSettings",
    "PageSettings",
    "PayoutSettings",
    "ServerSettings",
    "Settings",
    "SettingsError",
    "WebhookSettings",
    "WorkerSettings",
    "as_environment",
    "env_name",
    "load",
    "reference",
]
