"""Models with chosen traits, for the tests of the conversation rules."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """What the rules read of a model record."""

    model_id: str = "us.amazon.nova-lite-v1:0"
    max_output_tokens: int | None = None
    context_window: int | None = None
    system_role: bool | None = None
    input_modalities: tuple[str, ...] = ("TEXT", "IMAGE", "VIDEO")
    output_modalities: tuple[str, ...] = ("TEXT",)
    video_types: tuple[str, ...] | None = None
    streaming: bool = True
    prompt_caching: bool | None = None


NOVA = Model()
CLAUDE_3 = Model("anthropic.claude-3-sonnet-20240229-v1:0", input_modalities=("TEXT", "IMAGE"))
CLAUDE_4_5 = Model("anthropic.claude-sonnet-4-5-20250929-v1:0", input_modalities=("TEXT", "IMAGE"))
