"""StartAsyncInvoke, GetAsyncInvoke and ListAsyncInvokes; a folder stands for the bucket that results are written to."""

from bedrock_emulator.call import Call, Output, Params
from bedrock_emulator.embeddings.long import LongFormat, long_format_of
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.native.schema import check
from bedrock_emulator.operations.pages import take_page
from bedrock_emulator.operations.runtime.resolution import ResolvedModel, resolve_model
from bedrock_emulator.state.arn import model_arn
from bedrock_emulator.state.async_invocations import AsyncInvocation, AsyncInvocations

_MOST = 10**12
"""More than the invocations of any lab, for places in the list that sort as their numbers do."""


def start_async_invoke(call: Call, params: Params) -> Output:
    """Carry out an invocation; its results lie in the bucket when the answer arrives, and so does its failure."""
    resolved = resolve_model(call, params["modelId"])
    long = _format(resolved)
    target: str = params["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"]
    call.lab.buckets.check(target)
    check(params["modelInput"], {"type": "object"})
    resources = call.lab.resources.of(call.account, call.region)
    begun: list[str] = []

    def begin() -> Output:
        invocation_id = resources.async_invocations.new_id()
        arn = resources.async_invocations.arn(invocation_id)
        resources.tags.attach(arn, params.get("tags") or ())
        resources.async_invocations.add(_invocation(call, params, resolved, arn))
        begun.append(invocation_id)
        return {"invocationArn": arn}

    started = resources.once("StartAsyncInvoke", params, begin)
    for invocation_id in begun:  # none for a repeated request; carried out without the lock that `once` holds
        failure = _carry_out(call, params, resolved, long, f"{target.rstrip('/')}/{invocation_id}")
        resources.async_invocations.end(started["invocationArn"], failure)
    return started


def get_async_invoke(call: Call, params: Params) -> Output:
    """One invocation of the caller."""
    invocation = _invocations(call).find(params["invocationArn"])
    if invocation is None:  # ResourceNotFound is not modelled here; no capture shows the text [guess]
        raise validation_error("The provided invocation ARN does not exist.")
    return _row(invocation)


def list_async_invokes(call: Call, params: Params) -> Output:
    """The caller's invocations, the newest first unless asked otherwise, page by page."""
    newest_first = params.get("sortOrder") != "Ascending"
    filters = {
        name: str(params[name])
        for name in ("statusEquals", "submitTimeAfter", "submitTimeBefore")
        if name in params
    }
    page, token = take_page(
        [each for each in _invocations(call).all() if _passes(each, params)],
        order=lambda each: _place(each, newest_first=newest_first),
        scope=("ListAsyncInvokes", call.region, call.account, str(newest_first), str(filters)),
        limit=params.get("maxResults"),
        token=params.get("nextToken"),
    )
    return {
        "asyncInvokeSummaries": [_row(each) for each in page],
        **({} if token is None else {"nextToken": token}),
    }


def _invocations(call: Call) -> AsyncInvocations:
    return call.lab.resources.of(call.account, call.region).async_invocations


def _format(resolved: ResolvedModel) -> LongFormat:
    long = long_format_of(resolved.model.model_id)
    if long is None:
        raise validation_error(
            f"This emulator has no async invocations of {resolved.model.model_id}; it has those of "
            "Amazon Nova multimodal embeddings and TwelveLabs Marengo."
        )
    return long


def _carry_out(
    call: Call, params: Params, resolved: ResolvedModel, long: LongFormat, prefix: str
) -> str | None:
    """Write the results, or tell why there are none: the request was right, so its failure is the invocation's."""
    buckets = call.lab.buckets
    try:
        for name, data in long.compute(params["modelInput"], resolved.model.model_id, buckets.read).items():
            buckets.write(f"{prefix}/{name}", data)
    except AwsError as error:
        return error.message
    return None


def _invocation(call: Call, params: Params, resolved: ResolvedModel, arn: str) -> AsyncInvocation:
    return AsyncInvocation(
        arn=arn,
        number=_invocations(call).next_number(),
        model_arn=model_arn(call.region, resolved.model.model_id),
        output=params["outputDataConfig"],
        submitted=call.lab.clock.now(),
        client_request_token=params.get("clientRequestToken"),
    )


def _passes(invocation: AsyncInvocation, params: Params) -> bool:
    after, before = params.get("submitTimeAfter"), params.get("submitTimeBefore")
    return (
        params.get("statusEquals") in (None, invocation.status)
        and (after is None or invocation.submitted > after)
        and (before is None or invocation.submitted < before)
    )


def _place(invocation: AsyncInvocation, *, newest_first: bool) -> str:
    number = _MOST - invocation.number if newest_first else invocation.number
    return f"{number:0{len(str(_MOST))}}"


def _row(invocation: AsyncInvocation) -> Output:
    row: Output = {
        "invocationArn": invocation.arn,
        "modelArn": invocation.model_arn,
        "status": invocation.status,
        "submitTime": invocation.submitted,
        "lastModifiedTime": invocation.ended or invocation.submitted,
        "outputDataConfig": invocation.output,
    }
    optional = {
        "endTime": invocation.ended,
        "clientRequestToken": invocation.client_request_token,
        "failureMessage": invocation.failure,
    }
    return row | {name: value for name, value in optional.items() if value is not None}
