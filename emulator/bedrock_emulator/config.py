"""What a server is started with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bedrock_emulator.errors import ConfigError
from bedrock_emulator.regions import is_region

AuthMode: TypeAlias = Literal["off", "known", "strict"]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 4577
DEFAULT_TLS_PORT = 4578
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The choices behind `bedrock-emulator serve`; the defaults are its defaults."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    """0 takes a free port."""
    tls_port: int | None = None
    """A second, HTTPS, port onto the same state; None for none, 0 for a free one."""
    auth: AuthMode = "known"
    region: str = DEFAULT_REGION
    """The region of calls that name none: bearer keys, `auth="off"`."""
    documented_ids: bool = True
    """Also know the ids that the OpenClaw documents use: they can be called and looked up, though no list has them."""
    iam: Mapping[str, Any] | None = None
    """The `Iam` document that every lab begins with; None allows everything."""
    scenarios: tuple[Path, ...] = ()
    """The files whose rules every lab begins with."""
    strict_scenarios: bool = False
    """Whether a request that no rule matches is refused; else `upstream` answers it."""
    upstream: Mapping[str, Any] | None = None
    """An `Upstream` document: the server that answers what no rule matches. None for the synthetic model."""
    watch: bool = False
    """Whether the files are read again when they change."""
    buckets: Path | None = None
    """The folder that stands for S3; None for none, and then nothing can be read or written there."""

    def __post_init__(self) -> None:
        if not is_region(self.region):
            raise ConfigError(f"{self.region!r} is not an AWS region; write one such as us-east-1")
        for port in (self.port, self.tls_port or 0):
            if not 0 <= port <= 65535:
                raise ConfigError(f"{port} is not a TCP port; choose 0 (any free one) to 65535")
