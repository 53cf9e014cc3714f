"""Embedding models: what each family is asked and where its answer holds the vectors; pure.

A family is a pair of functions over JSON documents. Which models exist, how long their vectors may be and what
counts as a vector stand here once; who is asked, how often and on which threads is not decided here.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bedrock_provider.errors import RequestError
from bedrock_provider.profiles import without_region_prefix

Json = Mapping[str, Any]
Purpose = Literal["document", "query"]
Vector = tuple[float, ...]

DEFAULT_MODEL = "amazon.titan-embed-text-v2:0"
PURPOSES: tuple[Purpose, ...] = ("document", "query")

_COHERE_TEXTS = 96
_COHERE_V3_CHARACTERS = 2048
"""Longer texts are refused before `truncate` can help [reported by users]."""
_TOO_SHORT = 1e-10
"""A vector of such a length has no direction; it stays as it is."""

_PROVIDER_PREFIX = re.compile(r"^(?:amazon-bedrock|aws-bedrock|bedrock|aws)/", re.IGNORECASE)
_ID_IN_ARN = re.compile(r"^arn:.*:(?:foundation-model|inference-profile)/(.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one request asks for."""

    texts: Sequence[str]
    """As many as the family takes at once; none is blank."""
    purpose: Purpose
    dimensions: int | None
    """None leaves the length of the vectors to a model that is not in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How the models of one family are spoken to through InvokeModel."""

    body: Callable[[Question], dict[str, Any]]
    rows: Callable[[Json], Any]
    """The vectors of an answer as they came; anything but a list when it has none."""
    texts_per_request: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingModel:
    """One model: its family and the lengths of vector that it can give."""

    id: str
    family: Family
    dimensions: tuple[int, ...] = ()
    """The default first; empty when they are not known, and then the service decides."""


def called_reference(reference: str) -> str:
    """What a call names: the reference without the name of a provider in front, as in `bedrock/amazon.titan…`."""
    if not isinstance(reference, str) or not reference.strip():
        raise RequestError("model", "must name an embedding model, an inference profile or an ARN")
    return _PROVIDER_PREFIX.sub("", reference.strip())


def embedding_model(reference: str) -> EmbeddingModel:
    """The model behind an id, a profile id or an ARN of either; raises RequestError when it is none of ours.

    A body of the wrong family would be a guess, so a model of no known family is refused before any call.
    """
    in_arn = _ID_IN_ARN.match(reference)
    model_id = without_region_prefix(in_arn[1] if in_arn else reference).lower()
    for known in EMBEDDING_MODELS:
        if model_id == known.id or model_id.startswith(f"{known.id}:"):  # `:2:8k` names a throughput
            return known
    for pattern, family in _FAMILY_OF_ID:
        if re.match(pattern, model_id):
            return EmbeddingModel(id=model_id, family=family)
    known_ids = ", ".join(model.id for model in EMBEDDING_MODELS)
    raise RequestError("model", f'"{reference}" is no known embedding model; known are {known_ids}')


def checked_dimensions(model: EmbeddingModel, asked: int | None) -> int | None:
    """The length of vector to ask for: the wanted one if the model has it, else its default."""
    if asked is None:
        return model.dimensions[0] if model.dimensions else None
    is_number = isinstance(asked, int) and not isinstance(asked, bool)
    if not is_number or asked < 1 or (model.dimensions and asked not in model.dimensions):
        valid = ", ".join(map(str, sorted(model.dimensions))) or "any whole number from 1 on"
        raise RequestError("dimensions", f"invalid dimensions {asked} for {model.id}; valid values: {valid}")
    return asked


def split_texts(texts: Sequence[str], at_once: int) -> list[list[int]]:
    """The positions of the texts of each request, in order; a blank text has no meaning and needs no request."""
    positions = [position for position, text in enumerate(texts) if text.strip()]
    return [positions[start : start + at_once] for start in range(0, len(positions), at_once)]


def normalised(numbers: Sequence[float]) -> Vector:
    """The vector scaled to length 1; a number that is not finite counts as 0."""
    finite = [number if math.isfinite(number) else 0.0 for number in numbers]
    length = math.hypot(*finite)
    return tuple(finite if length < _TOO_SHORT else (number / length for number in finite))


def read_answer(data: bytes) -> Json:
    """The JSON object of an answer; raises ValueError with what is wrong. Numbers are floats, however long."""
    try:
        document = json.loads(data, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise ValueError("with malformed JSON") from error
    if isinstance(document, dict):
        return document
    raise ValueError("with JSON that is no object")


def read_vectors(family: Family, answer: Json, texts: int, dimensions: int | None) -> list[list[float]]:
    """One vector for each text, as the model gave it; raises ValueError when the answer holds anything else."""
    rows = family.rows(answer)
    if not isinstance(rows, list) or len(rows) != texts:
        found = len(rows) if isinstance(rows, list) else "no"
        raise ValueError(f"with {found} vectors where {texts} were asked for")
    for row in rows:
        if not isinstance(row, list) or not row or not all(isinstance(number, float) for number in row):
            raise ValueError("with a vector that is no list of numbers")
        if dimensions is not None and len(row) != dimensions:
            raise ValueError(f"with a vector of {len(row)} numbers where {dimensions} were asked for")
    return rows


def _sendable(text: str) -> str:
    """The text without lone surrogates, which no UTF-8 can carry."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _sized(name: str, question: Question) -> dict[str, int]:
    return {} if question.dimensions is None else {name: question.dimensions}


def _titan_v1(question: Question) -> dict[str, Any]:
    return {"inputText": _sendable(question.texts[0])}


def _titan_v2(question: Question) -> dict[str, Any]:
    return {**_titan_v1(question), **_sized("dimensions", question), "normalize": True}


def _titan_image(question: Question) -> dict[str, Any]:
    sized = _sized("outputEmbeddingLength", question)
    return {**_titan_v1(question), **({"embeddingConfig": sized} if sized else {})}


def _nova(question: Question) -> dict[str, Any]:
    purpose = {"document": "GENERIC_INDEX", "query": "TEXT_RETRIEVAL"}[question.purpose]
    text = {"truncationMode": "END", "value": _sendable(question.texts[0])}
    sized = _sized("embeddingDimension", question)
    single = {"embeddingPurpose": purpose, **sized, "text": text}
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": single}


def _cohere(question: Question) -> dict[str, Any]:
    texts = [_sendable(text) for text in question.texts]
    return {"texts": texts, "input_type": f"search_{question.purpose}", "truncate": "END"}


def _cohere_v3(question: Question) -> dict[str, Any]:
    body = _cohere(question)
    return {**body, "texts": [text[:_COHERE_V3_CHARACTERS] for text in body["texts"]]}


def _cohere_v4(question: Question) -> dict[str, Any]:
    return {**_cohere(question), "embedding_types": ["float"], **_sized("output_dimension", question)}


def _marengo_2(question: Question) -> dict[str, Any]:
    return {"inputType": "text", "inputText": _sendable(question.texts[0]), "textTruncate": "end"}


def _marengo_3(question: Question) -> dict[str, Any]:
    return {"inputType": "text", "text": {"inputText": _sendable(question.texts[0])}}


def _titan_rows(answer: Json) -> Any:
    return [answer["embedding"]] if "embedding" in answer else None


def _nova_rows(answer: Json) -> Any:
    match answer.get("embeddings"):
        case [{"embedding": row}]:
            return [row]
    return None


def _cohere_rows(answer: Json) -> Any:
    """A list, or the lists by the type that was asked for."""
    rows = answer.get("embeddings")
    return rows.get("float") if isinstance(rows, dict) else rows


def _marengo_rows(answer: Json) -> Any:
    match answer:
        case {"data": [{"embedding": row}]} | {"data": {"embedding": row}} | {"embedding": row}:
            return [row]
    return None


TITAN_V1 = Family(body=_titan_v1, rows=_titan_rows)
TITAN_V2 = Family(body=_titan_v2, rows=_titan_rows)
TITAN_IMAGE = Family(body=_titan_image, rows=_titan_rows)
NOVA = Family(body=_nova, rows=_nova_rows)
COHERE_V3 = Family(body=_cohere_v3, rows=_cohere_rows, texts_per_request=_COHERE_TEXTS)
COHERE_V4 = Family(body=_cohere_v4, rows=_cohere_rows, texts_per_request=_COHERE_TEXTS)
MARENGO_2 = Family(body=_marengo_2, rows=_marengo_rows)
MARENGO_3 = Family(body=_marengo_3, rows=_marengo_rows)

EMBEDDING_MODELS = (
    EmbeddingModel(id=DEFAULT_MODEL, family=TITAN_V2, dimensions=(1024, 512, 256)),
    EmbeddingModel(id="amazon.titan-embed-text-v1", family=TITAN_V1, dimensions=(1536,)),
    EmbeddingModel(id="amazon.titan-embed-g1-text-02", family=TITAN_V1, dimensions=(1536,)),
    EmbeddingModel(id="amazon.titan-embed-image-v1", family=TITAN_IMAGE, dimensions=(1024, 384, 256)),
    EmbeddingModel(
        id="amazon.nova-2-multimodal-embeddings-v1:0", family=NOVA, dimensions=(1024, 3072, 384, 256)
    ),
    EmbeddingModel(id="cohere.embed-english-v3", family=COHERE_V3, dimensions=(1024,)),
    EmbeddingModel(id="cohere.embed-multilingual-v3", family=COHERE_V3, dimensions=(1024,)),
    EmbeddingModel(id="cohere.embed-v4:0", family=COHERE_V4, dimensions=(1536, 1024, 512, 256)),
    EmbeddingModel(id="twelvelabs.marengo-embed-2-7-v1:0", family=MARENGO_2, dimensions=(1024,)),
    EmbeddingModel(id="twelvelabs.marengo-embed-3-0-v1:0", family=MARENGO_3, dimensions=(512,)),
)
"""The documented models. The lengths are those that AWS documents for each [docs]; Nova's own default is 3072."""

_FAMILY_OF_ID = (
    (r"amazon\.titan-embed-text-v2", TITAN_V2),
    (r"amazon\.titan-embed-image", TITAN_IMAGE),
    (r"amazon\.titan-embed-", TITAN_V1),
    (r"amazon\.nova-.*embed", NOVA),
    (r"cohere\.embed-(?:english|multilingual)", COHERE_V3),
    (r"cohere\.embed-", COHERE_V4),
    (r"twelvelabs\.marengo-embed-2-", MARENGO_2),
    (r"twelvelabs\.marengo-embed-", MARENGO_3),
)
"""How a model is asked that is newer than the table."""
