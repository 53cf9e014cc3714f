"""A signed request whose path reaches the wire exactly as given; HTTP libraries would respell it."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back, unparsed."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


def post(endpoint_url: str, path: str, *, headers: Mapping[str, str], body: bytes, region: str) -> RawAnswer:
    """POST to a path below the endpoint, signed with the key pair that every emulator knows."""
    request = AWSRequest("POST", endpoint_url + path, headers=dict(headers), data=body)
    SigV4Auth(Credentials("test", "test"), "bedrock", region).add_auth(request)
    server = urlsplit(endpoint_url)
    with closing(http.client.HTTPConnection(server.hostname or "", server.port, timeout=30)) as connection:
        connection.request("POST", server.path + path, body=body, headers=dict(request.headers.items()))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return RawAnswer(response.status, names, response.read())
