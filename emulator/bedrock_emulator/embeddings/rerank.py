"""Rerank models of Cohere and Amazon: documents in the order of their nearness to a query."""

from typing import Any

import orjson

from bedrock_emulator.embeddings.vectors import likeness
from bedrock_emulator.native.format import Computed, ComputedFormat, Native
from bedrock_emulator.native.schema import Schema, check

_MOST_DOCUMENTS = 1_000
"""[docs]"""

_MEMBERS: Schema = {
    "query": {"type": "string", "minLength": 1},
    "documents": {
        "type": "array",
        "minItems": 1,
        "maxItems": _MOST_DOCUMENTS,
        "items": {"type": ["string", "object"]},
    },
    "top_n": {"type": "integer", "minimum": 1},
}
_AMAZON: Schema = {
    "type": "object",
    "required": ["query", "documents"],
    "additionalProperties": False,
    "properties": _MEMBERS,
}
_COHERE: Schema = {
    "type": "object",
    "required": ["query", "documents", "api_version"],
    "additionalProperties": False,
    "properties": {
        **_MEMBERS,
        "api_version": {"type": "integer", "minimum": 2},
        "max_tokens_per_doc": {"type": "integer", "minimum": 1},
    },
}
"""Cohere demands `api_version` and Amazon refuses it; versions below 2 are refused too [reported by users]."""


def _amazon(body: Native, _model_id: str) -> Computed:
    check(body, _AMAZON)
    return _ranked(body)


def _cohere(body: Native, _model_id: str) -> Computed:
    check(body, _COHERE)
    return _ranked(body)


def _ranked(body: Native) -> Computed:
    """Scores from 0 to 1: the share of words in common, which is no judgement of relevance."""
    scores = list(likeness(body["query"], [_words(each) for each in body["documents"]]))
    order = sorted(range(len(scores)), key=lambda index: -scores[index])[: body.get("top_n")]
    return Computed(body={"results": [{"index": at, "relevance_score": scores[at]} for at in order]})


def _words(document: Any) -> str:
    return document if isinstance(document, str) else orjson.dumps(document).decode()


AMAZON = ComputedFormat(compute=_amazon)
COHERE = ComputedFormat(compute=_cohere)
