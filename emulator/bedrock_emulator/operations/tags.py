"""TagResource, UntagResource and ListTagsForResource, the same for every kind of resource."""

from bedrock_emulator.call import Call, Output, Params
from bedrock_emulator.state.catalog import Catalogue
from bedrock_emulator.state.tags import TagStore


def tag_resource(call: Call, params: Params) -> Output:
    """Add tags to a resource of the caller's account and region; known keys get the new value."""
    _tags(call, params).tag(params["resourceARN"], params["tags"])
    return {}


def untag_resource(call: Call, params: Params) -> Output:
    """Take tags away; keys that the resource does not have are no error."""
    _tags(call, params).untag(params["resourceARN"], params["tagKeys"])
    return {}


def list_tags_for_resource(call: Call, params: Params) -> Output:
    """Every tag of a resource."""
    return {"tags": _tags(call, params).list(params["resourceARN"])}


def _tags(call: Call, params: Params) -> TagStore:
    """The tags of the region, those of the application profiles that the lab's catalogue brings along included."""
    resources, arn = call.lab.resources.of(call.account, call.region), params["resourceARN"]
    catalogue: Catalogue = call.lab.catalogue
    with resources.lock:
        if arn not in resources.tags:
            profile = catalogue.profile(arn, call.region, call.account)
            if profile is not None and profile.type == "APPLICATION":
                resources.tags.attach(arn, {})
    return resources.tags
