"""The configuration of model invocation logging: kept for each account and region as it was put; nothing is logged."""

from bedrock_emulator.call import Call, Output, Params


def put_model_invocation_logging_configuration(call: Call, params: Params) -> Output:
    """Replace the configuration of the caller's account and region."""
    call.lab.resources.of(call.account, call.region).logging = params["loggingConfig"]
    return {}


def get_model_invocation_logging_configuration(call: Call, _params: Params) -> Output:
    """What was put; without a configuration the member is absent [guess]."""
    logging = call.lab.resources.of(call.account, call.region).logging
    return {} if logging is None else {"loggingConfig": logging}


def delete_model_invocation_logging_configuration(call: Call, _params: Params) -> Output:
    """Forget the configuration; without one there is nothing to do [guess]."""
    call.lab.resources.of(call.account, call.region).logging = None
    return {}
