"""Whatever a provider does wrong is one kind of error, and a refusal stays a refusal."""

import time

import pytest

from bedrock_contracts.api import AuthResolution, Catalog, ConfigurationError, StreamEvent, StreamRequest
from bedrock_contracts.handle import Handle, ProviderError, RefusedError, Reply, opened
from bedrock_contracts.mutants.null import NullProvider

REQUEST = StreamRequest(model="m", messages=())


class Provider(NullProvider):
    def __init__(self, **answers):
        self.answers = answers

    def resolve_auth(self):
        return self.answers["auth"]()

    def discover(self, *, force=False):
        return self.answers["catalog"]()

    def stream(self, request):
        yield StreamEvent(type="start")
        raise RuntimeError("the socket is gone")


def test_an_exception_names_the_call_and_the_error():
    with pytest.raises(ProviderError, match=r"stream\(\) raised RuntimeError: the socket is gone"):
        Handle(Provider()).stream(REQUEST)


def test_a_value_of_the_wrong_type_is_the_providers_fault():
    wrong = Catalog(region="r", base_url=None, models=())  # type: ignore[arg-type]
    with pytest.raises(ProviderError, match=r"Catalog.baseUrl"):
        Handle(Provider(catalog=lambda: wrong)).discover()


def test_a_call_that_does_not_come_back_is_interrupted():
    with pytest.raises(ProviderError, match=r"resolve_auth\(\) did not come back within 0.05 s"):
        Handle(Provider(auth=lambda: time.sleep(30)), deadline=0.05).resolve_auth()


def test_a_deadline_that_was_kept_leaves_no_timer_behind():
    good = AuthResolution(kind="chain", source="default")
    assert Handle(Provider(auth=lambda: good), deadline=0.05).resolve_auth() == good
    assert __import__("signal").getitimer(__import__("signal").ITIMER_REAL) == (0.0, 0.0)


def test_a_refused_configuration_keeps_its_words():
    class Refusing:
        def open(self, setup):
            raise ConfigurationError("guardrail.trace: must be enabled")

    with pytest.raises(RefusedError, match=r"guardrail\.trace: must be enabled"):
        opened(Refusing(), None)  # type: ignore[arg-type]


def test_a_reply_without_events_is_a_fault_and_not_a_crash():
    with pytest.raises(ProviderError, match="no event at all"):
        _ = Reply(()).text
