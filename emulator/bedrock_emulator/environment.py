"""The environment variables that point AWS SDKs at an emulator."""

from pathlib import Path

KNOWN_ACCESS_KEY = "test"
KNOWN_SECRET_KEY = "test"  # noqa: S105 - the key pair that every emulator knows; it opens nothing else


def client_environment(url: str, *, region: str, ca_file: Path | str | None = None) -> dict[str, str]:
    """Variables for boto3, the AWS CLI and the JavaScript SDK; `ca_file` is the CA of an https `url`."""
    variables = {
        "AWS_ENDPOINT_URL_BEDROCK": url,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        "AWS_ACCESS_KEY_ID": KNOWN_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": KNOWN_SECRET_KEY,
        "AWS_REGION": region,
        # boto3 reads only this one [measured].
        "AWS_DEFAULT_REGION": region,
    }
    if ca_file is not None:
        variables["AWS_CA_BUNDLE"] = str(ca_file)
        variables["NODE_EXTRA_CA_CERTS"] = str(ca_file)
    return variables
