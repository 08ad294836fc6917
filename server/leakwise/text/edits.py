"""Edits: replacements of ranges, and applying several of them at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from leakwise.text.document import Document
from leakwise.text.positions import Range


class EditError(ValueError):
    """Edits that cannot be made."""


class OverlappingEditsError(EditError):
    """Two edits of one set change the same characters."""


class MisplacedEditError(EditError):
    """An edit that belongs to no single part of a joined document."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Puts `text` in the place of `range`."""

    range: Range
    text: str


def apply_edits(document: Document, edits: Iterable[Edit]) -> str:
    """The document's text after all `edits`, whose ranges refer to the text before any of them.

    Equal edits count once; insertions at one position keep their order.

    Raises:
        OverlappingEditsError: two ranges overlap.
    """
    ordered = sorted(dict.fromkeys(edits), key=lambda edit: (edit.range.start, edit.range.end))
    for before, after in pairwise(ordered):
        if after.range.start < before.range.end:
            raise OverlappingEditsError(f"{after.range} overlaps {before.range}")
    pieces: list[str] = []
    position = Range.of(0, 0, 0, 0).start
    for edit in ordered:
        pieces.append(document.slice(Range(position, edit.range.start)))
        pieces.append(edit.text)
        position = edit.range.end
    end = document.clamp(Range.of(len(document.lines), 0, 0, 0).start)
    pieces.append(document.slice(Range(position, end)))
    return "".join(pieces)


def edited(document: Document, edits: Iterable[Edit]) -> Document:
    """The document after all `edits`, each made in the part that it belongs to.

    Raises:
        OverlappingEditsError: two ranges overlap.
        MisplacedEditError: an edit belongs to no single part.
    """
    parts = document.addressed(edits)
    return document.with_parts({part.uri: apply_edits(part, own) for part, own in parts})
