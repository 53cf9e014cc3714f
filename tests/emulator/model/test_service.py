"""The facade gives what botocore's service models say."""

import pytest

from bedrock_emulator.model.service import Api, Shape, load_api


@pytest.fixture(scope="module")
def api() -> Api:
    return load_api()


def test_both_services_are_there(api: Api) -> None:
    services = {operation.service for operation in api}
    assert services == {"bedrock", "bedrock-runtime"}
    assert len(api.operations) >= 119


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("ValidationException", 400),
        ("ModelTimeoutException", 408),
        ("NoSuchCode", None),
    ],
)
def test_error_statuses_come_from_the_model(api: Api, code: str, status: int | None) -> None:
    assert api.status_of(code) == status


def test_the_stream_union_is_known(api: Api) -> None:
    events = api.operations["ConverseStream"].events
    assert events[0] == "messageStart"
    assert "modelStreamErrorException" in events
    assert api.operations["Converse"].events == ()


def test_the_sdk_name_and_the_wire_name_of_a_member_may_differ(api: Api) -> None:
    request = api.operations["ListInferenceProfiles"].input
    assert request is not None
    member = request.members["typeEquals"]
    assert (member.wire_name, member.location) == ("type", "querystring")


def test_every_shape_of_every_operation_can_be_read(api: Api) -> None:
    seen: dict[int, Shape] = {}

    def walk(shape: Shape | None) -> None:
        if shape is None or id(shape) in seen:
            return
        seen[id(shape)] = shape
        for child in [m.shape for m in shape.members.values()] + [shape.item, shape.key]:
            walk(child)

    for operation in api:
        walk(operation.input)
        walk(operation.output)
    assert len(seen) > 1000
    assert all(s.item is not None for s in seen.values() if s.kind in {"list", "map"})
