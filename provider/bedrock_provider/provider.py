"""BedrockProvider: asks the rules, calls AWS, and gives values back."""

import os
import threading
import time
import weakref
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bedrock_provider.auth import AuthResolution, resolve_auth
from bedrock_provider.cache import Cache, Loaded
from bedrock_provider.calls import EventSource, ModelCall
from bedrock_provider.config import ProviderConfig
from bedrock_provider.deadlines import Deadline, in_background
from bedrock_provider.discovery import Listing, discovered_models
from bedrock_provider.embedding_calls import (
    EmbeddingRequest,
    EmbeddingResult,
    NativeAnswer,
    embed,
    invocation,
    plan,
)
from bedrock_provider.errors import CallError, ErrorInfo, ProviderClosedError, RequestError
from bedrock_provider.memory_search import KEEP_CHOICE, MemorySearchChoice, chosen_by_chain
from bedrock_provider.models import Catalog, ModelInfo
from bedrock_provider.profiles import base_models, is_opaque
from bedrock_provider.regions import custom_endpoint, region_of_arn, runtime_url
from bedrock_provider.requests import StreamRequest, converse_request
from bedrock_provider.rules import Rules

if TYPE_CHECKING:
    from bedrock_provider.client import BedrockClient, Identity

DISCOVERY_DEADLINE = 30.0
"""Seconds for both list operations together, pages and retries included."""

LOOKUP_DEADLINE = 10.0
"""Seconds for the look-up of an application profile before a call goes on without it."""


class BedrockProvider:
    """Finds Bedrock models and calls them, the way the documentation promises.

    The environment is read at each call, and each call goes to AWS with the credentials that it names then.
    What goes wrong on the way to AWS is a value: `Catalog.warnings`, or the `error` event of a call; only `embed`,
    which has nothing else to give, raises.

    Every decision is a member of `rules` (see Rules): which credentials, which region, which models, what a request
    carries, how a stream is read. The steps between
    them are small methods that a subclass may override: `cache_key`, `effective_request`, and what AWS is
    asked, `list_models`, `list_profiles` and `get_profile`.

    Args:
        config: from `load_config` or `ProviderConfig.from_mapping`.
        clock: seconds for the discovery cache.
        rules: the decisions.
    """

    def __init__(
        self,
        config: ProviderConfig | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        rules: Rules | None = None,
    ) -> None:
        self.config = config or ProviderConfig()
        self.rules = rules or Rules()
        self._cache: Cache[Catalog] = Cache(clock, self.rules.is_fresh)
        self._choices: Cache[MemorySearchChoice] = Cache(clock, self.rules.is_fresh)
        self._base_models: dict[str, tuple[str, ...]] = {}
        self._calls: weakref.WeakSet[ModelCall] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._client: BedrockClient | None = None
        self._is_closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.resolve_auth().source}>"

    def resolve_auth(self) -> AuthResolution:
        """The credential source that the environment names now; asks neither AWS nor its SDK."""
        return resolve_auth(os.environ, sources=self.rules.auth_sources, read=self.rules.read_variable)

    def discover(self, *, force: bool = False) -> Catalog | None:
        """The models that AWS lists, from the cache while it is fresh; None when discovery is not enabled."""
        auth = self.resolve_auth()
        discovery = self.config.discovery
        if not self.rules.is_enabled(discovery.enabled, auth):
            return None
        region = self.rules.discovery_region(discovery.region, os.environ, read=self.rules.read_variable)
        key = self.cache_key(region, auth)
        return self._cache.get(
            key, discovery.refresh_interval, lambda: self._discovered(region, key), force=force
        )

    def models(self) -> tuple[ModelInfo, ...]:
        """The models a user can choose: the configured ones if there are any, else the discovered ones."""
        if self.config.explicit.models:
            return self.config.explicit.models
        catalog = self.discover()
        return catalog.models if catalog is not None else ()

    def stream(self, request: StreamRequest) -> ModelCall:
        """Call a model; the events come as the model speaks, and `close` on the result cancels."""
        call = ModelCall(lambda: self._open(request), self.rules.stream_mapper(request.model))
        with self._lock:
            if self._is_closed:
                raise ProviderClosedError
            self._calls.add(call)
        return call

    def embed(self, request: EmbeddingRequest) -> EmbeddingResult:
        """Turn texts into vectors, one for each text and in their order.

        Raises:
            RequestError: the model, the dimensions or the texts cannot be used; nothing was sent.
            CallError: a request failed; `info` has its category and whether it may be tried again.
        """
        rules, endpoint = self.rules, self._embedding_url()
        task = plan(
            request,
            self.config.memory_search,
            find=lambda reference: rules.embedding_model(self._embedding_id(reference, request.region)),
            length=rules.embedding_dimensions,
            split=rules.split_texts,
        )
        region = self._region(request.region, task.reference, endpoint)

        def invoke(body: Mapping[str, Any]) -> NativeAnswer:
            members = invocation(task.reference, body, rules.invocation_fields(self.config.guardrail))
            return self._bedrock().invoke_model(self._identity(), region, custom_endpoint(endpoint), members)

        try:
            return embed(task, invoke, rules.normalised)
        except CallError as failure:
            raise CallError(_naming_model(failure.info, task.reference)) from failure.__cause__

    def memory_search(self) -> MemorySearchChoice:
        """Whether memory search embeds with Bedrock: as configured, else as soon as credentials are found.

        The credential chain is asked only where neither configuration nor environment tell, and its answer is
        believed for five minutes.
        """
        auth = self.resolve_auth()
        choice = self.rules.memory_search(self.config.memory_search, auth)
        if choice is not None:
            return choice
        identity = self._identity()
        return self._choices.get(
            identity.fingerprint(),
            KEEP_CHOICE,
            lambda: Loaded(self._chosen_by_chain(identity, auth), keep=True),
        )

    def close(self) -> None:
        """Cancel what is running and close the connections."""
        with self._lock:
            self._is_closed = True
            calls, client = list(self._calls), self._client
        for call in calls:
            call.close()
        if client is not None:
            client.close()

    def cache_key(self, region: str, auth: AuthResolution) -> Hashable:
        """What a discovery result depends on."""
        discovery = self.config.discovery
        limits = (discovery.default_context_window, discovery.default_max_tokens)
        return region, discovery.provider_filter, limits, auth.source

    def effective_request(self, request: StreamRequest) -> StreamRequest:
        """The request as its model takes it: without a temperature that the model would refuse."""
        if request.temperature is None or not self._refuses_temperature(request):
            return request
        return replace(request, temperature=None)

    def list_models(self, region: str) -> list[dict[str, Any]]:
        """What ListFoundationModels answers."""
        return self._bedrock().foundation_models(self._identity(), region)

    def list_profiles(self, region: str) -> list[dict[str, Any]]:
        """What ListInferenceProfiles answers, all pages."""
        return self._bedrock().inference_profiles(self._identity(), region)

    def get_profile(self, region: str, reference: str) -> dict[str, Any]:
        """What GetInferenceProfile answers."""
        return self._bedrock().inference_profile(self._identity(), region, reference)

    def _open(self, request: StreamRequest) -> EventSource:
        try:
            effective = self.effective_request(request)
            wire = converse_request(effective, self.rules.guardrail_fields(self.config.guardrail))
        except RequestError as error:
            raise CallError(_invalid(error)) from error
        endpoint = custom_endpoint(self.config.explicit.base_url)
        try:
            return self._bedrock().converse_stream(
                self._identity(), self._call_region(effective), endpoint, wire
            )
        except CallError as failure:
            raise CallError(_naming_model(failure.info, request.model)) from failure.__cause__

    def _embedding_id(self, reference: str, requested: str | None) -> str:
        """The reference itself, or the model behind an application profile: without it no body can be written."""
        if not is_opaque(reference):
            return reference
        region = region_of_arn(reference) or self._region(requested, reference, self._embedding_url())
        models = self._look_up(reference, region)
        return models[0] if models else reference

    def _embedding_url(self) -> str | None:
        return self.config.memory_search.base_url or self.config.explicit.base_url

    def _chosen_by_chain(self, identity: "Identity", auth: AuthResolution) -> MemorySearchChoice:
        region = self._region(None, "", self._embedding_url())
        ask = in_background(lambda: self._bedrock().credential_source(identity, region))
        try:
            source = Deadline(LOOKUP_DEADLINE).result(ask, "the credential chain")
        except CallError as failure:
            return MemorySearchChoice(is_selected=False, reason=f"no AWS credentials: {failure}")
        return chosen_by_chain(source, auth)

    def _call_region(self, request: StreamRequest) -> str:
        return self._region(request.region, request.model, self.config.explicit.base_url)

    def _region(self, requested: str | None, model: str, base_url: str | None) -> str:
        return self.rules.call_region(
            requested=requested,
            model=model,
            base_url=base_url,
            configured=self.config.discovery.region,
            environment=os.environ,
            read=self.rules.read_variable,
        )

    def _discovered(self, region: str, key: Hashable) -> Loaded[Catalog]:
        """Ask both lists at once. Whatever fails becomes a warning, and an incomplete result is not kept."""
        warnings: list[str] = []
        deadline = Deadline(DISCOVERY_DEADLINE)
        models = in_background(lambda: self.list_models(region))
        profiles = in_background(lambda: self.list_profiles(region))
        try:
            listed = deadline.result(models, "ListFoundationModels")
        except CallError as failure:
            return Loaded(self._without_models(region, key, failure.info), keep=False)
        try:
            listed_profiles = deadline.result(profiles, "ListInferenceProfiles")
        except CallError as failure:
            listed_profiles = []
            warnings.append(f"inference profiles could not be listed in {region}: {failure}")
        listing = Listing(models=listed, profiles=listed_profiles)
        found = discovered_models(listing, self.config.discovery, self.rules)
        catalog = Catalog(base_url=runtime_url(region), region=region, models=found, warnings=tuple(warnings))
        return Loaded(catalog, keep=not warnings)

    def _without_models(self, region: str, key: Hashable, info: ErrorInfo) -> Catalog:
        """A refusal means no models; when AWS cannot answer, the last good result still helps."""
        warning = f"models could not be listed in {region}: {info.type}: {info.message}"
        last = self._cache.last(key) if info.retryable else None
        if last is not None:
            return replace(last, stale=True, warnings=(warning,))
        return Catalog(base_url=runtime_url(region), region=region, warnings=(warning,))

    def _refuses_temperature(self, request: StreamRequest) -> bool:
        refuses = self.rules.refuses_temperature
        return refuses(request.model) or any(map(refuses, self._models_behind(request)))

    def _models_behind(self, request: StreamRequest) -> tuple[str, ...]:
        """The models of an application profile, asked once; a failed look-up does not stop the call."""
        reference = request.model
        if not is_opaque(reference):
            return ()
        try:
            return self._look_up(reference, region_of_arn(reference) or self._call_region(request))
        except CallError:
            return ()

    def _look_up(self, reference: str, region: str) -> tuple[str, ...]:
        if reference not in self._base_models:
            look_up = in_background(lambda: self.get_profile(region, reference))
            profile = Deadline(LOOKUP_DEADLINE).result(look_up, "GetInferenceProfile")
            self._base_models[reference] = base_models(profile)
        return self._base_models[reference]

    def _bedrock(self) -> "BedrockClient":
        """The SDK, imported when the first call needs it: what the environment says must not wait for it."""
        from bedrock_provider.client import BedrockClient

        with self._lock:
            if self._is_closed:
                raise ProviderClosedError
            if self._client is None:
                self._client = BedrockClient(self.rules.classify)
            return self._client

    def _identity(self) -> "Identity":
        from bedrock_provider.client import Identity

        environment: Mapping[str, str] = dict(os.environ)
        return Identity(kind=self.resolve_auth().kind, environment=environment, read=self.rules.read_variable)


def _invalid(error: RequestError) -> ErrorInfo:
    return ErrorInfo(type="InvalidRequest", category="validation", message=str(error), retryable=False)


def _naming_model(info: ErrorInfo, model: str) -> ErrorInfo:
    """AWS says "the specified model"; a user with several wants to know which one."""
    if info.category != "model_access" or model in info.message:
        return info
    return replace(info, message=f"{info.message} (model {model})")
