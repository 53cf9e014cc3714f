"""Which native format a model speaks. A model that is not here has none that this emulator knows."""

from bedrock_emulator.embeddings import cohere as cohere_embed
from bedrock_emulator.embeddings import marengo, rerank
from bedrock_emulator.embeddings import nova as nova_embed
from bedrock_emulator.embeddings import titan as titan_embed
from bedrock_emulator.native.anthropic import MESSAGES, MESSAGES_OR_COMPLETION
from bedrock_emulator.native.cohere_chat import COHERE_CHAT
from bedrock_emulator.native.cohere_generate import COHERE_GENERATE
from bedrock_emulator.native.deepseek import DEEPSEEK_R1
from bedrock_emulator.native.format import NativeFormat
from bedrock_emulator.native.jamba import JAMBA
from bedrock_emulator.native.jurassic import JURASSIC
from bedrock_emulator.native.llama import LLAMA
from bedrock_emulator.native.mistral import MISTRAL_PROMPT
from bedrock_emulator.native.mistral_chat import MISTRAL_LARGE, PIXTRAL
from bedrock_emulator.native.nova import NOVA
from bedrock_emulator.native.openai import OPENAI_CHAT
from bedrock_emulator.native.palmyra import PALMYRA
from bedrock_emulator.native.pegasus import PEGASUS
from bedrock_emulator.native.titan import TITAN_TEXT

_CHAT_COMPLETIONS = (
    "openai.gpt-oss",
    "deepseek.v3",
    "qwen.qwen3",
    "mistral.devstral",
    "mistral.magistral",
    "mistral.ministral",
    "mistral.voxtral",
    "google.gemma",
    "minimax.minimax",
    "moonshot.kimi",
    "moonshotai.kimi",
    "nvidia.nemotron",
    "writer.palmyra-vision",
    "zai.glm",
)
"""Models whose cards name both the chat completion format and InvokeModel [docs]; so for Kimi K2 [reported by users]."""
_BY_PART: tuple[tuple[str, NativeFormat], ...] = (
    ("anthropic.claude-v2", MESSAGES_OR_COMPLETION),
    ("anthropic.claude-instant", MESSAGES_OR_COMPLETION),
    ("anthropic.claude", MESSAGES),
    ("amazon.nova-micro", NOVA),
    ("amazon.nova-lite", NOVA),
    ("amazon.nova-pro", NOVA),
    ("amazon.nova-premier", NOVA),
    ("amazon.nova-2-lite", NOVA),
    ("amazon.nova-2-multimodal-embeddings", nova_embed.MULTIMODAL),
    ("amazon.titan-embed-text-v1", titan_embed.TEXT_V1),
    ("amazon.titan-embed-g1-text", titan_embed.TEXT_V1),
    ("amazon.titan-embed-text-v2", titan_embed.TEXT_V2),
    ("amazon.titan-embed-image", titan_embed.MULTIMODAL),
    ("cohere.embed-english-v3", cohere_embed.VERSION_3),
    ("cohere.embed-multilingual-v3", cohere_embed.VERSION_3),
    ("cohere.embed-v4", cohere_embed.VERSION_4),
    ("twelvelabs.marengo-embed-2-7", marengo.VERSION_2_7),
    ("twelvelabs.marengo-embed-3-0", marengo.VERSION_3_0),
    ("cohere.rerank", rerank.COHERE),
    ("amazon.rerank", rerank.AMAZON),
    ("amazon.titan-text", TITAN_TEXT),
    ("amazon.titan-tg1", TITAN_TEXT),
    ("meta.llama", LLAMA),
    ("mistral.mistral-large-3", OPENAI_CHAT),
    ("mistral.mistral-large", MISTRAL_LARGE),
    ("mistral.pixtral", PIXTRAL),
    ("mistral.mistral-7b", MISTRAL_PROMPT),
    ("mistral.mistral-small", MISTRAL_PROMPT),
    ("mistral.mixtral", MISTRAL_PROMPT),
    ("cohere.command-r", COHERE_CHAT),
    ("cohere.command", COHERE_GENERATE),
    ("ai21.jamba", JAMBA),
    ("ai21.j2", JURASSIC),
    ("deepseek.r1", DEEPSEEK_R1),
    ("writer.palmyra-x", PALMYRA),
    ("twelvelabs.pegasus-1-2", PEGASUS),
    *((part, OPENAI_CHAT) for part in _CHAT_COMPLETIONS),
)
"""The first part that stands in a model's id decides: longer ones come first."""


def format_of(model_id: str) -> NativeFormat | None:
    """The format of a foundation model; None where InvokeModel is not emulated for it."""
    return next((native for part, native in _BY_PART if part in model_id), None)
