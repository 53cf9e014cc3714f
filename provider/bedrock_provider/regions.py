"""Which AWS region a call goes to, and what that makes of its URL."""

import re
from urllib.parse import urlsplit

from bedrock_provider.auth import Environment, ReadVariable, read_variable

DEFAULT_REGION = "us-east-1"
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""The documented order. boto3 itself knows the second name only [measured]."""

REGION_PREFIX = re.compile(r"^(?:us|eu|ap|apac|au|jp|global|us-gov|ca|in)\.", re.IGNORECASE)
"""The geography in front of an inference profile id. The last three are not documented; AWS lists them [recorded]."""

_ARN = re.compile(r"^arn:aws[a-z-]*:bedrock:([a-z0-9-]+):", re.IGNORECASE)
_SERVICE_HOST = re.compile(
    r"(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.(?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$"
)
_STANDARD_HOST = re.compile(r"^bedrock-runtime\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$")


def environment_region(environment: Environment, *, read: ReadVariable = read_variable) -> str:
    """The region of the environment, else us-east-1."""
    named = (read(environment, name) for name in REGION_VARIABLES)
    return next((region for region in named if region), DEFAULT_REGION)


def discovery_region(
    configured: str | None, environment: Environment, *, read: ReadVariable = read_variable
) -> str:
    """The region whose models are listed: the configured one, else the environment's."""
    return configured or environment_region(environment, read=read)


def call_region(
    *,
    requested: str | None,
    model: str,
    base_url: str | None,
    configured: str | None,
    environment: Environment,
    read: ReadVariable = read_variable,
) -> str:
    """The region of a model call.

    Args:
        requested: what the request itself asks for.
        model: the model reference; an ARN says where it lives.
        base_url: the URL that the user wrote for the provider, never a generated one: a generated URL
            would pin every later call to the region of the first [reported by users].
        configured: the discovery region of the configuration.
        environment: the process environment.
        read: how a variable is read.
    """
    named = (requested, region_of_arn(model), region_of_url(base_url), configured)
    return next((region for region in named if region), None) or environment_region(environment, read=read)


def region_of_arn(reference: str) -> str | None:
    """The region in a Bedrock ARN; None for anything else."""
    match = _ARN.match(reference)
    return match[1].lower() if match else None


def region_of_url(url: str | None) -> str | None:
    """The region in the host name of a Bedrock endpoint, private link and FIPS included."""
    match = _SERVICE_HOST.search(_host(url))
    return match[1] if match else None


def custom_endpoint(url: str | None) -> str | None:
    """The URL when it is not the host that the SDK would choose by itself for some region."""
    return url if url and not _STANDARD_HOST.match(_host(url)) else None


def runtime_url(region: str) -> str:
    """The public endpoint for model calls in a region."""
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://bedrock-runtime.{region}.{suffix}"


def _host(url: str | None) -> str:
    return (urlsplit(url).hostname or "") if url else ""
