"""What a lab makes go wrong, and how often still."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedrock_emulator.faults.errors import ErrorFault, OrderedError
from bedrock_emulator.faults.fault import Fault
from bedrock_emulator.faults.odds import Tallies
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.fault_document import compile_fault
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.selector import Selector


@dataclass(frozen=True, slots=True)
class _Entry:
    """A fault in the book and which calls it means."""

    selector: Selector
    fault: Fault


class FaultBook:
    """The faults of one lab; each call that is hit uses one up."""

    def __init__(self, entries: Iterable[_Entry] = ()) -> None:
        self._entries = tuple(entries)
        self._tallies = Tallies()

    def __len__(self) -> int:
        """How many faults can still happen."""
        return sum(
            not self._tallies.is_used_up(place, entry.fault.odds) for place, entry in enumerate(self._entries)
        )

    def take_error(self, operation: str, *models: str | None) -> OrderedError | None:
        """The error that this call gets instead of an answer; its count goes down.

        Args:
            operation: the API operation.
            models: every id and ARN by which the call's model is known.
        """
        fault = self._take(operation, models, lambda fault: isinstance(fault.effect, ErrorFault))
        if fault is None:
            return None
        assert isinstance(fault.effect, ErrorFault)  # so it was chosen
        return fault.effect.error(fault.place)

    def take_delivery(self, operation: str, *models: str | None, streamed: bool) -> Fault | None:
        """The fault of an answer that there is; its count goes down.

        Args:
            operation: as for `take_error`.
            models: as for `take_error`.
            streamed: whether the answer is a stream, which more can happen to.
        """

        def is_possible(fault: Fault) -> bool:
            return not isinstance(fault.effect, ErrorFault) and (streamed or not fault.needs_stream)

        return self._take(operation, models, is_possible)

    def _take(
        self, operation: str, models: Sequence[str | None], is_possible: Callable[[Fault], bool]
    ) -> Fault | None:
        for place, entry in enumerate(self._entries):
            if (
                is_possible(entry.fault)
                and entry.selector.matches(operation, models)
                and self._tallies.strikes(place, entry.fault.odds)
            ):
                return entry.fault
        return None


def compile_faults(documents: Sequence[Mapping[str, Any]], *, api: Api, path: str) -> FaultBook:
    """Turn a `FaultList` document into a book.

    Raises:
        AdminError: an unknown operation, or what `compile_fault` refuses.
    """
    return FaultBook(
        _compile(document, api, join_path(path, index)) for index, document in enumerate(documents)
    )


def _compile(document: Mapping[str, Any], api: Api, path: str) -> _Entry:
    selector = Selector.compile(document, operations=api.operations, path=path)
    return _Entry(selector, compile_fault(document, api=api, operation=selector.operation, path=path))
