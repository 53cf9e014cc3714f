"""Operations on resources that nobody can have created here: empty lists, and ResourceNotFound for each single one.

Which they are follows from the service models. An operation that creates such a resource is refused as not served, so
these answers are true.
"""

import re

from bedrock_emulator.call import Call, Handler, Output, Params
from bedrock_emulator.errors import AwsError
from bedrock_emulator.model.service import Api, Operation
from bedrock_emulator.operations.pages import take_page

_NOT_FOUND = "ResourceNotFoundException"

_ADDRESSING = re.compile(r"(Cancel|Delete|Deregister|Export|Get|List|Stop|Update)[A-Z]")
"""How the name of an operation begins that needs its resource to be there; others create, put or start."""

_ABOUT_WHAT_IS_THERE = frozenset(
    {
        # Agreements about foundation models, which exist.
        "DeleteFoundationModelAgreement",
        "ListFoundationModelAgreementOffers",
        # Policies of resources that are served, such as guardrails.
        "DeleteResourcePolicy",
        "GetResourcePolicy",
    }
)
"""Operations of that form whose resource may well exist: silence about it would be a lie."""


def empty_handlers(api: Api) -> dict[str, Handler]:
    """The handler of every operation that finds nothing, unless something serves it."""
    found = ((operation.name, _handler(operation)) for operation in api)
    return {name: handler for name, handler in found if handler is not None}


def _handler(operation: Operation) -> Handler | None:
    shape = operation.input
    if shape is None or not _ADDRESSING.match(operation.name) or operation.name in _ABOUT_WHAT_IS_THERE:
        return None
    if "nextToken" in shape.members and not shape.required:
        return _empty_list
    return _not_found if shape.required and _NOT_FOUND in operation.errors else None


def _empty_list(call: Call, params: Params) -> Output:
    """A list without rows: its limit was validated, and no token was ever given out for it."""
    page, _ = take_page(
        (),
        order=str,
        scope=(call.operation.name,),
        limit=params.get("maxResults"),
        token=params.get("nextToken"),
    )
    output = call.operation.output
    assert output is not None  # every list answers with its rows
    return {name: list(page) for name, member in output.members.items() if member.shape.kind == "list"}


def _not_found(call: Call, params: Params) -> Output:
    """The modelled refusal, in our own words: nothing can have the identifier."""
    name = next(name for name in _required(call.operation) if name in params)
    raise AwsError(
        _NOT_FOUND,
        f"There is no resource with the {name} {params[name]}: "
        "this emulator does not serve the operations that create such resources.",
        status=404,
    )


def _required(operation: Operation) -> list[str]:
    """The required members; what the path names comes first."""
    shape = operation.input
    assert shape is not None  # _handler saw to it
    required = [member for member in shape.members.values() if member.name in shape.required]
    return [each.name for each in sorted(required, key=lambda each: each.location != "uri")]
