"""A caller without a socket: botocore writes the request and reads the answer, the whole request path lies between."""

from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from werkzeug.test import Client

from bedrock_emulator.config import Settings
from bedrock_emulator.http.app import create_app

_SERIALIZER = create_serializer("rest-json", include_validation=False)
_PARSER = create_parser("rest-json")


class RefusedError(Exception):
    """An error answer."""

    def __init__(self, status: int, code: str, message: str, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.body = status, code, message, body


class Caller:
    """Calls one lab of a server of its own."""

    def __init__(self, path: str = "", server: Any = None) -> None:
        self._server = server or create_app(Settings(auth="off")).wsgi_app
        self._path = path

    def at(self, path: str) -> "Caller":
        """The same server under another prefix."""
        return Caller(path, self._server)

    def admin(self, method: str, path: str, document: Any = None) -> Any:
        """An answer of the admin API."""
        answer = Client(self._server).open(f"/_emulator/{path}", method=method, json=document)
        assert answer.status_code < 300, answer.text
        return answer.get_json(silent=True)

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """What the operation answers.

        Raises:
            RefusedError: an error.
        """
        model = _model(operation)
        wire = _SERIALIZER.serialize_to_request(params, model)
        answer = Client(self._server).open(
            self._path + wire["url_path"],
            method=wire["method"],
            query_string=wire["query_string"],
            headers=dict(wire["headers"]),
            data=wire["body"],
        )
        if answer.status_code >= 400:
            body = answer.get_json()
            code = answer.headers["x-amzn-errortype"].split(":")[0]
            raise RefusedError(answer.status_code, code, body["message"], body)
        assert answer.status_code == model.http.get("responseCode", 200)
        assert model.output_shape is not None
        result: dict[str, Any] = _PARSER.parse(
            {"status_code": answer.status_code, "headers": dict(answer.headers), "body": answer.data},
            model.output_shape,
        )
        result.pop("ResponseMetadata")
        return result


@cache
def _model(operation: str) -> OperationModel:
    return _service().operation_model(operation)


@cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("bedrock", "service-2"), "bedrock")
