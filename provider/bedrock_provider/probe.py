"""Which part of the SDK's credential chain yields credentials, asked without disturbing anybody.

The instance metadata service comes last, and each one is asked once in a process: where there is none, every
question costs a second of somebody's start-up and an odd line in a firewall's log [reported by users].
"""

import time
from collections.abc import Mapping
from functools import cache
from math import inf
from typing import Any

from botocore.credentials import InstanceMetadataProvider
from botocore.exceptions import BotoCoreError
from botocore.session import Session
from botocore.utils import InstanceMetadataFetcher, resolve_imds_endpoint_mode

from bedrock_provider.cache import Cache, Loaded
from bedrock_provider.deadlines import Deadline, in_background
from bedrock_provider.errors import CallError

METADATA_SECONDS = 1
_METADATA = InstanceMetadataProvider.METHOD


def credential_source(session: Session, *, may_ask_metadata: bool) -> str | None:
    """The method, in the SDK's words, of the first provider with credentials that can be used now.

    Args:
        session: whose chain is asked; it loses its metadata service and must serve nothing else.
        may_ask_metadata: whether the instance metadata service may be asked when all others have nothing.

    Raises:
        BotoCoreError: a source is configured, but gives nothing.
    """
    chain = session.get_component("credential_provider")
    chain.remove(_METADATA)
    credentials = chain.load_credentials()
    if credentials is not None:
        return str(credentials.method) if credentials.get_frozen_credentials().access_key else None
    if not may_ask_metadata:
        return None
    settings = {
        "ec2_metadata_service_endpoint": session.get_config_variable("ec2_metadata_service_endpoint"),
        "ec2_metadata_service_endpoint_mode": resolve_imds_endpoint_mode(session),
        "ec2_metadata_v1_disabled": session.get_config_variable("ec2_metadata_v1_disabled"),
    }
    key = tuple(settings.values())
    has_role = _metadata_services().get(key, inf, lambda: Loaded(_has_role(settings), keep=True))
    return _METADATA if has_role else None


@cache
def _metadata_services() -> Cache[bool]:
    """What each metadata service said, for as long as the process lives."""
    return Cache(time.monotonic)


def _has_role(settings: Mapping[str, Any]) -> bool:
    """Whether the service gives credentials; one that is slow or broken gives none."""
    fetcher = InstanceMetadataFetcher(timeout=METADATA_SECONDS, num_attempts=1, config=dict(settings))
    answer = in_background(fetcher.retrieve_iam_role_credentials)
    try:
        return bool(Deadline(METADATA_SECONDS).result(answer, "the instance metadata service"))
    except (CallError, BotoCoreError):
        return False
