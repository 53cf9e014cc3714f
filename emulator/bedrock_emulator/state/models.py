"""A foundation model: the row that the control plane lists, and the traits that the runtime goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bedrock_emulator.state.arn import model_arn
from bedrock_emulator.state.by_region import ByRegion

if TYPE_CHECKING:
    from bedrock_emulator.reply.family import Family

DOCUMENTED_MEMBERS = (
    "customizationsSupported",
    "inferenceTypesSupported",
    "inputModalities",
    "modelArn",
    "modelId",
    "modelLifecycle",
    "modelName",
    "outputModalities",
    "providerName",
    "responseStreamingSupported",
)
"""The members of FoundationModelSummary and FoundationModelDetails [botocore]."""

UNDOCUMENTED_MEMBERS = (
    "batchSupported",
    "consoleIDEMetadata",
    "converse",
    "description",
    "explicitPromptCaching",
    "featuresSupported",
    "guardrailsSupported",
    "intelligentPromptRouting",
    "latencyOptimizationSupported",
    "modelFamily",
)
"""What rows of ListFoundationModels hold beyond them [recorded]."""

_EVERY_INPUT = ("TEXT", "IMAGE", "VIDEO", "AUDIO")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """One foundation model in every region."""

    model_id: str
    summary: Mapping[str, Any] = field(repr=False)
    """The listed row but for what depends on the region."""
    inference_types: ByRegion[tuple[str, ...]] = field(repr=False)
    """Where the model is, and how it can be called there."""
    listed: bool = True
    """False for ids that documents use and AWS does not list."""
    end_of_life: ByRegion[bool] = field(default_factory=ByRegion, repr=False)
    """Where the model was and is no more."""
    max_output_tokens: int | None = None
    """The most output tokens that a request may ask for; None when unknown."""
    context_window: int | None = None

    @property
    def family(self) -> "Family":
        """How models of this kind speak."""
        from bedrock_emulator.reply.family import family_of

        return family_of(self.model_id)

    @property
    def input_modalities(self) -> tuple[str, ...]:
        """What a request may hold, in AWS's words; a row that is silent about it refuses nothing."""
        return tuple(self.summary.get("inputModalities", _EVERY_INPUT) or ())

    @property
    def output_modalities(self) -> tuple[str, ...]:
        """What an answer may hold; a row that is silent about it is taken for a text model."""
        return tuple(self.summary.get("outputModalities", ("TEXT",)) or ())

    @property
    def streaming(self) -> bool:
        """Whether the streaming operations accept the model; a row that is silent about it says yes."""
        return bool(self.summary.get("responseStreamingSupported", True))

    @property
    def is_legacy(self) -> bool:
        """Whether the provider has announced the model's end."""
        return (self.summary.get("modelLifecycle") or {}).get("status") == "LEGACY"

    @property
    def system_role(self) -> bool | None:
        """Whether system prompts are accepted; None when unknown."""
        supported: bool | None = self._converse("systemRoleSupported")
        return supported

    @property
    def document_types(self) -> tuple[str, ...] | None:
        """The document formats that a user turn may hold; None when unknown."""
        return self._types("userDocumentTypesSupported")

    @property
    def image_types(self) -> tuple[str, ...] | None:
        """The image formats that a user turn may hold; None when unknown."""
        return self._types("userImageTypesSupported")

    @property
    def video_types(self) -> tuple[str, ...] | None:
        """The video formats that a user turn may hold; None when unknown."""
        return self._types("userVideoTypesSupported")

    @property
    def prompt_caching(self) -> bool | None:
        """Whether cache points are accepted; None when unknown."""
        caching: Mapping[str, bool | None] = self.summary.get("explicitPromptCaching") or {}
        return caching.get("isSupported")

    def row(self, region: str) -> dict[str, Any]:
        """The row of ListFoundationModels in a region where the model is."""
        return {
            "modelArn": model_arn(region, self.model_id),
            "inferenceTypesSupported": self.inference_types.get(region) or (),
            **self.summary,
        }

    def details(self, region: str) -> dict[str, Any]:
        """The modelDetails of GetFoundationModel; no recording shows more than the documented members."""
        row = self.row(region)
        return {name: row[name] for name in DOCUMENTED_MEMBERS if name in row}

    def _converse(self, name: str) -> Any:
        return (self.summary.get("converse") or {}).get(name)

    def _types(self, name: str) -> tuple[str, ...] | None:
        types = self._converse(name)
        return None if types is None else tuple(types)
