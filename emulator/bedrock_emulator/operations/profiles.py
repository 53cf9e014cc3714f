"""The inference profiles that a caller can use: those of the catalogue, and those that its account created."""

from bedrock_emulator.call import Call
from bedrock_emulator.state.arn import ProfileType
from bedrock_emulator.state.catalog import Catalogue, ProfileRecord


def find_profile(call: Call, identifier: str) -> ProfileRecord | None:
    """The profile with this id, or with this ARN as the caller's region and account see it."""
    catalogue: Catalogue = call.lab.catalogue
    created = call.lab.resources.of(call.account, call.region).profiles.find(identifier)
    return created or catalogue.profile(identifier, call.region, call.account)


def profiles_of_type(call: Call, kind: ProfileType) -> list[ProfileRecord]:
    """Every profile of one type that the region lists, in the order of lists."""
    catalogue: Catalogue = call.lab.catalogue
    listed = [each for each in catalogue.profiles_in(call.region, call.account) if each.type == kind]
    if kind == "APPLICATION":
        listed += call.lab.resources.of(call.account, call.region).profiles.all()
    return sorted(listed, key=lambda each: each.place)
