"""Documents, positions in them, and edits to them. Knows neither files nor LSP units."""

from leakwise.text.document import Document, LineChange, split_lines
from leakwise.text.edits import (
    Edit,
    EditError,
    MisplacedEditError,
    OverlappingEditsError,
    apply_edits,
    edited,
)
from leakwise.text.positions import Position, Range, code_point_column

__all__ = [
    "Document",
    "Edit",
    "EditError",
    "LineChange",
    "MisplacedEditError",
    "OverlappingEditsError",
    "Position",
    "Range",
    "apply_edits",
    "code_point_column",
    "edited",
    "split_lines",
]
