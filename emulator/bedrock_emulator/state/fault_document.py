"""Reads what a `Fault` document orders, checked against the service models, so that no fault can fail when it happens."""

from collections.abc import Callable, Mapping
from typing import Any

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.faults.errors import (
    AUTHENTICATION_CODES,
    AUTHENTICATION_STATUS,
    ErrorFault,
    usual_message,
)
from bedrock_emulator.faults.fault import Effect, EventFault, Fault, WireFault
from bedrock_emulator.faults.grammar import Drop, EventChoice, Insert, Postpone, Repeat
from bedrock_emulator.faults.odds import Odds
from bedrock_emulator.faults.stream import StreamFault
from bedrock_emulator.faults.wire import CutShort, SlowFirstByte, Spot, Stall, WrongChecksum
from bedrock_emulator.model.findings import Findings
from bedrock_emulator.model.service import Api, Operation, Shape
from bedrock_emulator.model.validate import Validator
from bedrock_emulator.state.nearest import did_you_mean
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.union import is_exception

_MESSAGE = "message"


def compile_fault(document: Mapping[str, Any], *, api: Api, operation: str | None, path: str) -> Fault:
    """The fault that a `Fault` or a `RuleFault` document orders; which calls it means is for the caller to read.

    Args:
        document: checked against the schema already.
        api: the service models.
        operation: the only one that is meant, if there is such.
        path: where the document lies in what was put; becomes the fault's `place`.

    Raises:
        AdminError: an error without a status, an exception or an event that no stream carries, or a fault of
            streams for an operation that does not stream.
    """
    meant = list(api) if operation is None else [api.operations[operation]]
    kind = next(name for name in _READERS if name in document)
    place = join_path(path, kind)
    odds = Odds(
        count=document.get("count"),
        probability=document.get("probability", 1.0),
        seed=document.get("seed", 0),
    )
    fault = Fault(effect=_READERS[kind](document[kind], meant, api, place), odds=odds, place=path)
    if fault.needs_stream and not any(each.events for each in meant):
        raise AdminError(400, f"{operation} does not answer with a stream", path=place)
    return fault


def _error_fault(document: Mapping[str, Any], meant: list[Operation], api: Api, path: str) -> ErrorFault:
    code = document["code"]
    status = document.get("status") or _usual_status(code, meant, api)
    if status is None:
        known = {code for operation in api for code in operation.errors} | AUTHENTICATION_CODES
        message = f"the service models give {code!r} no status, so say which{did_you_mean(code, known)}"
        raise AdminError(400, message, path=join_path(path, "status"))
    return ErrorFault(
        code,
        document.get(_MESSAGE, usual_message(code)),
        status,
        document.get("capitalMessage", False),
        _members(document, code, api, path),
        document.get("retryAfterMs"),
    )


def _usual_status(code: str, meant: list[Operation], api: Api) -> int | None:
    if code in AUTHENTICATION_CODES:
        return AUTHENTICATION_STATUS
    modelled = meant[0].errors.get(code) if len(meant) == 1 else None
    return modelled or api.status_of(code)


def _members(document: Mapping[str, Any], code: str, api: Api, path: str) -> Mapping[str, Any]:
    """The further members of an error, which must be among those that its shape has."""
    members: Mapping[str, Any] = document.get("members", {})
    if not members:
        return members
    place = join_path(path, "members")
    shape = next((each.error_shapes[code] for each in api if code in each.error_shapes), None)
    known = [] if shape is None else [name for name in shape.members if name != _MESSAGE]
    for name in members:
        if name not in known:
            message = f"{code} has no member {name!r}{did_you_mean(name, known)}"
            raise AdminError(400, message, path=join_path(place, name))
    assert shape is not None  # else its first member was refused
    _check_values(members, shape, place)
    return members


def _check_values(members: Mapping[str, Any], shape: Shape, path: str) -> None:
    findings = Findings()
    try:
        Validator().check(shape)(members, path, findings)
        findings.raise_if_any()
    except AwsError as error:
        raise AdminError(400, error.message, path=path) from error


def _stream_fault(document: Mapping[str, Any], meant: list[Operation], api: Api, path: str) -> StreamFault:
    if "endAfterEvents" in document:
        return StreamFault(document["endAfterEvents"])
    exceptions = {_capital(name) for each in meant for name in each.events if is_exception(name)}
    code = _capital(document["code"])
    if exceptions and code not in exceptions:
        message = f"no stream carries the exception {code!r}{did_you_mean(code, exceptions)}"
        raise AdminError(400, message, path=join_path(path, "code"))
    return StreamFault(
        document["exceptionAfterEvents"],
        code,
        document.get(_MESSAGE, usual_message(code)),
        _members(document, code, api, path),
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _event_fault(document: Mapping[str, Any], meant: list[Operation], _api: Api, path: str) -> EventFault:
    names = {name for each in meant for name in each.events if not is_exception(name)}

    def choice(member: str) -> EventChoice:
        return _choice(document[member], names, join_path(path, member))

    if "drop" in document:
        return Drop(choice("drop"))
    if "repeat" in document:
        return Repeat(choice("repeat"), _times(document, path))
    if "postpone" in document:
        return Postpone(choice("postpone"), document.get("by", 1))
    new = document["insert"]
    return Insert(new["event"], new.get("payload", {}), choice("before") if "before" in document else None)


def _choice(document: Mapping[str, Any], names: set[str], path: str) -> EventChoice:
    name = document.get("event")
    if name is not None and names and name not in names:
        raise AdminError(
            400,
            f"no stream has events called {name!r}{did_you_mean(name, names)}",
            path=join_path(path, "event"),
        )
    return EventChoice(name=name, occurrence=document.get("occurrence"), index=document.get("index"))


def _times(document: Mapping[str, Any], path: str) -> int | None:
    if "times" in document and "forever" in document:
        raise AdminError(400, "give either 'times' or 'forever'", path=path)
    return None if "forever" in document else document.get("times", 1)


_WIRE: Mapping[str, Callable[[int, Mapping[str, Any]], WireFault]] = {
    "cutAfterBytes": lambda place, _: CutShort(Spot(after_bytes=place)),
    "cutInsideEvent": lambda place, _: CutShort(Spot(inside_event=place)),
    "wrongPreludeChecksum": lambda place, _: WrongChecksum("prelude", place),
    "wrongMessageChecksum": lambda place, _: WrongChecksum("message", place),
    "stallAfterBytes": lambda place, document: Stall(Spot(after_bytes=place), _seconds(document, "stallMs")),
    "stallAfterEvents": lambda place, document: Stall(
        Spot(after_events=place), _seconds(document, "stallMs")
    ),
    "firstByteAfterMs": lambda milliseconds, _: SlowFirstByte(milliseconds / 1000),
}


def _wire_fault(document: Mapping[str, Any], _meant: list[Operation], _api: Api, path: str) -> WireFault:
    name = next(name for name in _WIRE if name in document)
    if "stallMs" in document and not name.startswith("stall"):
        raise AdminError(400, "'stallMs' needs 'stallAfterBytes' or 'stallAfterEvents' beside it", path=path)
    return _WIRE[name](document[name], document)


def _seconds(document: Mapping[str, Any], name: str) -> float | None:
    return document[name] / 1000 if name in document else None


_READERS: Mapping[str, Callable[..., Effect]] = {
    "error": _error_fault,
    "stream": _stream_fault,
    "events": _event_fault,
    "wire": _wire_fault,
}
"""What a document may order, by the member that orders it."""
