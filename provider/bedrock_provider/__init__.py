"""Finds and calls Amazon Bedrock models the way the OpenClaw documentation promises."""

from bedrock_provider.auth import AuthResolution, AuthSource
from bedrock_provider.calls import ModelCall
from bedrock_provider.config import DiscoveryConfig, ExplicitProvider, ProviderConfig, load_config
from bedrock_provider.embedding_calls import EmbeddingRequest, EmbeddingResult
from bedrock_provider.errors import (
    CallError,
    ConfigError,
    ErrorInfo,
    ProviderClosedError,
    ProviderError,
    RequestError,
)
from bedrock_provider.events import Message, StreamEvent, TextBlock, ThinkingBlock, ToolCall, Usage
from bedrock_provider.guardrails import GuardrailConfig
from bedrock_provider.memory_search import MemorySearchChoice, MemorySearchConfig
from bedrock_provider.models import Catalog, Cost, ModelInfo
from bedrock_provider.provider import BedrockProvider
from bedrock_provider.requests import StreamRequest
from bedrock_provider.rules import Rules

__all__ = [
    "AuthResolution",
    "AuthSource",
    "BedrockProvider",
    "CallError",
    "Catalog",
    "ConfigError",
    "Cost",
    "DiscoveryConfig",
    "EmbeddingRequest",
    "EmbeddingResult",
    "ErrorInfo",
    "ExplicitProvider",
    "GuardrailConfig",
    "MemorySearchChoice",
    "MemorySearchConfig",
    "Message",
    "ModelCall",
    "ModelInfo",
    "ProviderClosedError",
    "ProviderConfig",
    "ProviderError",
    "RequestError",
    "Rules",
    "StreamEvent",
    "StreamRequest",
    "TextBlock",
    "ThinkingBlock",
    "ToolCall",
    "Usage",
    "load_config",
]
