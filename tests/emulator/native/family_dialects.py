"""How the answers of Llama, Mistral, Cohere and AI21 are decoded for their replay."""

import re
from collections.abc import Sequence

from tests.emulator.native.golden import Dialect, Json, Said

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IDS = [(re.compile(rf'("(?:id|generation_id|response_id)":"(?:\w+/)?){_UUID}'), r"\1")]
"""Ids that the service makes up; what stands before a slash is kept."""
_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "COMPLETE": "end_turn",
    "MAX_TOKENS": "max_tokens",
    "STOP_SEQUENCE": "stop_sequence",
}


def _text(pieces: Sequence[str]) -> Json:
    return {"text": "".join(pieces), "chunks": [piece for piece in pieces if piece]}


def _counts(chunk: Json) -> dict[str, int]:
    """The counts of a stream's last chunk; a whole answer has them in its headers alone."""
    metrics = chunk.get("amazon-bedrock-invocationMetrics")
    return {} if metrics is None else _usage(metrics["inputTokenCount"], metrics["outputTokenCount"])


def _usage(input_tokens: int, output_tokens: int) -> dict[str, int]:
    return {"inputTokens": input_tokens, "outputTokens": output_tokens}


def _llama_body(body: Json) -> Said:
    return Said(
        content=[{"text": body["generation"]}],
        stop_reason=_REASONS[body["stop_reason"]],
        usage=_usage(body["prompt_token_count"], body["generation_token_count"]),
    )


def _llama_chunks(chunks: Sequence[Json]) -> Said:
    return Said(
        content=[_text([chunk["generation"] for chunk in chunks])],
        stop_reason=_REASONS[chunks[-1]["stop_reason"]],
        usage=_counts(chunks[-1]),
    )


def _mistral_body(body: Json) -> Said:
    return _mistral_chunks([body])


def _mistral_chunks(chunks: Sequence[Json]) -> Said:
    outputs = [chunk["outputs"][0] for chunk in chunks]
    return Said(
        content=[_text([output["text"] for output in outputs])],
        stop_reason=_REASONS[outputs[-1]["stop_reason"]],
        usage=_counts(chunks[-1]),
    )


def _cohere_body(body: Json) -> Said:
    spoken = body["generations"][0] if "generations" in body else body
    return Said(
        content=[{"text": spoken["text"]}], stop_reason=_REASONS[spoken["finish_reason"]], usage=_counts(body)
    )


def _cohere_chunks(chunks: Sequence[Json]) -> Said:
    if "generations" in chunks[0]:
        return _cohere_body(chunks[0])
    return Said(
        content=[_text([chunk["text"] for chunk in chunks if "text" in chunk])],
        stop_reason=_REASONS[chunks[-1]["finish_reason"]],
        usage=_counts(chunks[-1]),
    )


def _jurassic_body(body: Json) -> Said:
    (completion,) = body["completions"]
    assert completion["finishReason"] == {"reason": "endoftext"}
    return Said(content=[{"text": completion["data"]["text"]}], stop_reason="end_turn", usage={})


LLAMA = Dialect(read_body=_llama_body, read_chunks=_llama_chunks)
MISTRAL = Dialect(read_body=_mistral_body, read_chunks=_mistral_chunks)
COHERE = Dialect(read_body=_cohere_body, read_chunks=_cohere_chunks, volatile=_IDS)
JURASSIC = Dialect(
    read_body=_jurassic_body,
    read_chunks=lambda chunks: _jurassic_body(chunks[0]),
    # Which tokens a tokenizer makes, and how likely it found each of them.
    volatile=[(re.compile(r'\{"generatedToken":.*?"textRange":\{[^}]*\}\},?'), "")],
)
