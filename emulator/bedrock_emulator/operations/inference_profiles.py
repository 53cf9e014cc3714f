"""ListInferenceProfiles and GetInferenceProfile."""

from bedrock_emulator.call import Call, Output, Params, PreparedBody
from bedrock_emulator.errors import AwsError
from bedrock_emulator.model.serialize import to_json
from bedrock_emulator.operations.pages import take_page
from bedrock_emulator.state.catalog import Catalogue, ProfileRecord

DEFAULT_TYPE = "SYSTEM_DEFINED"
"""What a list without the filter holds; application profiles come on request only [reported by users]."""


def list_inference_profiles(call: Call, params: Params) -> Output | PreparedBody:
    """The profiles of one type that the caller can use in the region, page by page."""
    kind = params.get("typeEquals") or DEFAULT_TYPE
    scope = ("ListInferenceProfiles", call.region, call.account, kind)
    limit, token = params.get("maxResults"), params.get("nextToken")
    if limit is None and token is None:
        catalogue: Catalogue = call.lab.catalogue
        return PreparedBody(catalogue.prepared(scope, lambda: to_json(_answer(call, _profiles(call, kind)))))
    page, next_token = take_page(
        _profiles(call, kind), identity=lambda each: each.profile_id, scope=scope, limit=limit, token=token
    )
    return _answer(call, list(page), next_token)


def get_inference_profile(call: Call, params: Params) -> Output:
    """One profile of either type, by id or by the ARN that the caller's region and account give it."""
    catalogue: Catalogue = call.lab.catalogue
    profile = catalogue.profile(params["inferenceProfileIdentifier"], call.region, call.account)
    if profile is None:
        # The text is that of CreateInferenceProfile [reported by users]; here it is a [guess].
        raise AwsError("ResourceNotFoundException", "Inference profile not found", status=404)
    return profile.details(call.region, call.account)


def _profiles(call: Call, kind: str) -> list[ProfileRecord]:
    catalogue: Catalogue = call.lab.catalogue
    return [each for each in catalogue.profiles_in(call.region, call.account) if each.type == kind]


def _answer(call: Call, profiles: list[ProfileRecord], next_token: str | None = None) -> Output:
    answer: Output = {"inferenceProfileSummaries": [each.row(call.region, call.account) for each in profiles]}
    return answer if next_token is None else {**answer, "nextToken": next_token}
