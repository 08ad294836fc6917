"""Documents, positions in them, and edits to them. Knows neither files nor LSP units."""

from typing import TYPE_CHECKING

from leakwise.lazily import lazily

if TYPE_CHECKING:
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
else:
    __getattr__ = lazily(
        __name__,
        {
            "leakwise.text.document": "Document LineChange split_lines",
            "leakwise.text.edits": (
                "Edit EditError MisplacedEditError OverlappingEditsError apply_edits edited"
            ),
            "leakwise.text.positions": "Position Range code_point_column",
        },
    )

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
