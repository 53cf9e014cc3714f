"""ListFoundationModels, GetFoundationModel and GetFoundationModelAvailability."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.call import Call, Output, Params, PreparedBody
from bedrock_emulator.model.serialize import to_json
from bedrock_emulator.operations.access import denial_of
from bedrock_emulator.operations.runtime.resolution import end_of_life, own_model_id, unknown_model
from bedrock_emulator.state.arn import model_arn
from bedrock_emulator.state.catalog import Catalogue

_FILTERS = {
    "byCustomizationType": "customizationsSupported",
    "byOutputModality": "outputModalities",
    "byInferenceType": "inferenceTypesSupported",
}
"""The list of a row that each filter looks into."""


def list_foundation_models(call: Call, params: Params) -> Output | PreparedBody:
    """The models of the region that pass every filter, in one answer: the operation has no pages."""
    catalogue: Catalogue = call.lab.catalogue
    if any(value is not None for value in params.values()):
        return _answer([row for row in _rows(catalogue, call.region) if _passes(row, params)])
    key = ("ListFoundationModels", call.region)
    return PreparedBody(catalogue.prepared(key, lambda: to_json(_answer(_rows(catalogue, call.region)))))


def get_foundation_model(call: Call, params: Params) -> Output:
    """One model of the region, by id or ARN."""
    catalogue: Catalogue = call.lab.catalogue
    model_id = own_model_id(call, params["modelIdentifier"])
    model = catalogue.model(model_id, call.region)
    if model is not None:
        return {"modelDetails": model.details(call.region)}
    known = catalogue.known_model(model_id)
    raise end_of_life() if known and known.end_of_life.get(call.region) else unknown_model()


def get_foundation_model_availability(call: Call, params: Params) -> Output:
    """Whether the caller has access to a model, and whether the region has it; no capture shows such an answer."""
    catalogue: Catalogue = call.lab.catalogue
    model_id = params["modelId"]
    model = catalogue.known_model(model_id)
    if model is None:
        raise unknown_model()
    denial = denial_of(call, model, (model_id, model_arn(call.region, model_id)))
    in_region = catalogue.model(model_id, call.region) is not None
    return {
        "modelId": model_id,
        "agreementAvailability": {"status": denial.agreement if denial else "AVAILABLE"},
        "authorizationStatus": denial.authorization if denial else "AUTHORIZED",
        "entitlementAvailability": denial.entitlement if denial else "AVAILABLE",
        "regionAvailability": "AVAILABLE" if in_region else "NOT_AVAILABLE",
    }


def _rows(catalogue: Catalogue, region: str) -> list[dict[str, Any]]:
    return [model.row(region) for model in catalogue.models_in(region)]


def _answer(rows: list[dict[str, Any]]) -> Output:
    return {
        "enableAccessToAllModelsByDefault": True,
        "modelSummaries": rows,
    }  # the first is undocumented [recorded]


def _passes(row: Mapping[str, Any], params: Params) -> bool:
    provider = params.get("byProvider")
    if provider is not None and provider.lower() != (row.get("providerName") or "").lower():
        return False  # the CLI's documentation filters by `anthropic`, rows say `Anthropic` [docs]
    wanted = ((row.get(member) or (), params.get(name)) for name, member in _FILTERS.items())
    return all(value is None or value in values for values, value in wanted)
