"""What a user may set: by flag, environment (VOLBRIEF_…) or .env; the only reader of either."""

import os
from datetime import date
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.outcome import ExitCode, Stop
from schemas.series import SOURCES

PREFIX = "VOLBRIEF_"
ENV_FILE = ".env"


class Settings(BaseSettings):
    """Defaults of a run; every field can be set as ``VOLBRIEF_<NAME>``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
    )

    source: str = Field(default="sample", description="market data: sample, simulated or live")
    policy: str = Field(default="steward", description="name of a policy, or path of a policy file")
    out: Path = Field(default=Path("out"), description="folder of the pages")
    data: Path = Field(
        default=Path("var"), description="folder of the warehouse and the raw archive"
    )
    simulated_sessions: int = Field(
        default=1300, description="length of the simulated market [sessions]"
    )
    simulated_end: date = Field(default=date(2025, 12, 31), description="its last session")
    simulated_seed: int = Field(default=7, description="its seed")
    base_urls: dict[str, str] = Field(
        default_factory=dict,
        description="a publisher's address, as VOLBRIEF_BASE_URLS__CBOE=https://mirror.example/cboe",
    )
    fred_api_key: SecretStr | None = Field(
        default=None, description="key of FRED's API: with it vintages are fetched"
    )
    bls_api_key: SecretStr | None = Field(
        default=None, description="key of the BLS's API; it answers without one, less often"
    )
    contact: str = Field(
        default="", description="e-mail address for the SEC's user agent; without it no filings"
    )
    extra_sources: tuple[str, ...] = Field(
        default=(), description="of wsj, yahoo, defillama, nasdaq, midas those to ask; a JSON list"
    )
    own: Path | None = Field(
        default=None, description="folder of your own CSV files, each named after its series"
    )
    authorities: Path | None = Field(
        default=None, description="PEM file of further authorities, for a network that inspects"
    )
    desk: Path = Field(default=Path("desk.yaml"), description="your desk: worth, positions, limits")
    answers: Path | None = Field(
        default=None, description="your answers; default answers.csv beside the desk"
    )
    lock_wait: float = Field(
        default=0.0, ge=0, description="how long to wait for another run [seconds]"
    )

    def folder(self, source: str) -> Path:
        """Where a market's warehouse and archive lie; each simulated market is another one."""
        if source != "simulated":
            return self.data / source
        size = f"{self.simulated_sessions}-{self.simulated_end}-{self.simulated_seed}"
        return self.data / f"simulated-{size}"


def load_settings() -> Settings:
    """The settings in force.

    Raises:
        Stop: a value that does not fit, or a name that no setting has, each named.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    given = {*os.environ, *dotenv_values(ENV_FILE)}
    unknown = [
        name
        for name in given
        if name.upper().startswith(PREFIX) and name.upper().partition("__")[0] not in known
    ]
    if unknown:
        raise Stop(
            f"environment or {ENV_FILE}: {', '.join(sorted(unknown))} is no setting; there are "
            f"{', '.join(sorted(known))}",
            ExitCode.CONFIG,
        )
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Stop(
            f"settings: {PREFIX}{name.upper()} is {_shown(name, first.get('input'))}: {first['msg']}",
            ExitCode.CONFIG,
        ) from error


def _shown(name: str, value: object) -> str:
    return "***" if name.endswith("key") else repr(value)


def known_source(name: str) -> str:
    """The name of a source there is.

    Raises:
        Stop: no such source.
    """
    if name not in SOURCES:
        raise Stop(f"source {name!r} is unknown; there are {', '.join(SOURCES)}", ExitCode.UNMET)
    return name
