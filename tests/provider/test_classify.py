from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_provider.classify import Category, classify

DENIED = "User: arn:aws:sts::1:assumed-role/R/S is not authorized to perform: {} on resource: {} because"
MODEL_ARN = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x"


@pytest.mark.parametrize(
    ("name", "message", "category"),
    [
        ("ThrottlingException", "Too many requests, please wait before trying again.", "rate_limit"),
        ("ServiceUnavailableException", "Too many tokens per day, please wait.", "rate_limit"),
        ("ModelNotReadyException", "", "overloaded"),
        ("ServiceUnavailableException", "Bedrock is unable to process your request.", "server"),
        ("InternalServerException", "", "server"),
        ("ModelStreamErrorException", "The system encountered an unexpected error", "server"),
        ("ModelStreamErrorException", "Input is too long for requested model.", "context_overflow"),
        ("ValidationException", "Input is too long for requested model.", "context_overflow"),
        ("ValidationException", "prompt is too long: 200049 tokens > 200000 maximum", "context_overflow"),
        (
            "ValidationException",
            "Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
            "context_overflow",
        ),
        ("ValidationException", "`temperature` is deprecated for this model.", "format"),
        ("ValidationException", "The provided model identifier is invalid.", "validation"),
        ("ValidationException", "The provided guardrail identifier is invalid.", "guardrail"),
        ("AccessDeniedException", DENIED.format("bedrock:ApplyGuardrail", "arn:…"), "guardrail"),
        ("AccessDeniedException", DENIED.format("bedrock:InvokeModel", MODEL_ARN), "model_access"),
        (
            "AccessDeniedException",
            "You don't have access to the model with the specified model ID.",
            "model_access",
        ),
        ("AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.", "auth"),
        ("ResourceNotFoundException", "This model version has reached the end of its life.", "model_access"),
        ("ExpiredTokenException", "", "auth"),
        ("UnrecognizedClientException", "", "auth"),
        ("NoCredentialsError", "Unable to locate credentials", "auth"),
        ("EndpointConnectionError", "", "network"),
        ("SomethingNew", "who knows", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_categories(name: str, message: str, category: str) -> None:
    assert classify(name, message) == category
    in_a_stream = name[:1].lower() + name[1:]
    assert classify(in_a_stream, message) == category


@given(st.text(), st.text())
def test_every_error_has_a_category(name: str, message: str) -> None:
    assert classify(name, message) in get_args(Category)
