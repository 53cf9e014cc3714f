"""Served, empty, refused: what the table says is what the server does, for every operation of both services."""

from typing import Any

import pytest

from bedrock_emulator.model.service import load_api
from bedrock_emulator.operations.dispatch import HANDLERS, DispatchTable
from tests.emulator.control.caller import Caller, RefusedError
from tests.emulator.model.boundaries import service, smallest

API = load_api()
TABLE = DispatchTable.of(API, HANDLERS)
CONTROL = [each.name for each in API if each.service == "bedrock"]
EMPTY = [name for name in CONTROL if TABLE.status(name) == "empty"]


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller()


def _smallest(name: str) -> dict[str, Any]:
    request: dict[str, Any] = smallest(service("bedrock").operation_model(name))
    return request


def _has_pages(name: str) -> bool:
    """Whether the operation lists page by page what nobody can have created."""
    shape = service("bedrock").operation_model(name).input_shape
    return shape is not None and not _smallest(name) and "maxResults" in shape.members


def test_the_page_shows_the_table_for_every_operation_of_both_services(caller: Caller) -> None:
    page = caller.admin("GET", "operations?format=json")
    shown = {row["operation"]: row["status"] for rows in page.values() for row in rows}
    assert shown == {name: TABLE.status(name) for name in API.operations}
    assert set(shown.values()) == {"served", "empty", "refused"}
    assert {name for name, status in shown.items() if status == "served"} == set(HANDLERS)
    assert {service: len(rows) for service, rows in page.items()} == {
        name: sum(each.service == name for each in API) for name in ("bedrock", "bedrock-runtime")
    }


@pytest.mark.parametrize("name", [name for name in CONTROL if TABLE.status(name) == "refused"])
def test_a_refused_operation_says_so(caller: Caller, name: str) -> None:
    with pytest.raises(RefusedError) as caught:
        caller.call(name, **_smallest(name))
    assert (caught.value.status, caught.value.code) == (400, "UnknownOperationException")
    assert f"does not serve {name}." in caught.value.message


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_operation_has_an_empty_list_or_finds_nothing(caller: Caller, name: str) -> None:
    request = _smallest(name)
    if not request:
        (rows,) = caller.call(name).values()
        assert rows == []
        return
    with pytest.raises(RefusedError) as caught:
        caller.call(name, **request)
    assert (caught.value.status, caught.value.code) == (404, "ResourceNotFoundException")
    assert any(str(value) in caught.value.message for value in request.values())


@pytest.mark.parametrize("name", [name for name in EMPTY if _has_pages(name)])
def test_an_empty_list_takes_limits_and_refuses_tokens_that_nobody_gave_out(
    caller: Caller, name: str
) -> None:
    (rows,) = caller.call(name, maxResults=1).values()
    assert rows == []
    with pytest.raises(RefusedError) as caught:
        caller.call(name, nextToken="forged")
    assert (caught.value.status, caught.value.code) == (400, "ValidationException")
    with pytest.raises(RefusedError, match="'maxResults' failed to satisfy constraint"):
        caller.call(name, maxResults=0)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("ListPromptRouters", "empty"),
        ("ListProvisionedModelThroughputs", "empty"),
        ("ListModelCustomizationJobs", "empty"),
        ("ListImportedModels", "empty"),
        ("ListEvaluationJobs", "empty"),
        ("GetPromptRouter", "empty"),
        ("GetProvisionedModelThroughput", "empty"),
        ("GetModelCustomizationJob", "empty"),
        ("GetImportedModel", "empty"),
        ("GetEvaluationJob", "empty"),
        ("StopEvaluationJob", "empty"),
        ("DeleteImportedModel", "empty"),
        ("CreatePromptRouter", "refused"),
        ("CreateProvisionedModelThroughput", "refused"),
        ("CreateModelCustomizationJob", "refused"),
        ("CreateModelImportJob", "refused"),
        ("CreateEvaluationJob", "refused"),
        ("PutUseCaseForModelAccess", "refused"),
        ("GetUseCaseForModelAccess", "refused"),
        ("ListFoundationModelAgreementOffers", "refused"),
        ("GetResourcePolicy", "refused"),
        ("CreateInferenceProfile", "served"),
        ("ListTagsForResource", "served"),
    ],
)
def test_nothing_is_called_empty_that_could_be_there(name: str, status: str) -> None:
    assert TABLE.status(name) == status
