"""Documents, positions in them, and edits to them. Knows neither files nor LSP units."""

from leakwise.text.document import Document, LineChange, split_lines
from leakwise.text.edits import Edit, OverlappingEditsError, apply_edits
from leakwise.text.positions import Position, Range, code_point_column

__all__ = [
    "Document",
    "Edit",
    "LineChange",
    "OverlappingEditsError",
    "Position",
    "Range",
    "apply_edits",
    "code_point_column",
    "split_lines",
]
