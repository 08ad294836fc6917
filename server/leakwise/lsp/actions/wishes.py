"""What a code action is to do, as it is written into its `data`: nothing else is remembered."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from leakwise.lsp.convert import range_as_data
from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.rule import Finding


class Deed(StrEnum):
    """What can be done."""

    FIX = "fix"
    FIX_RULE = "fix-rule"
    FIX_ALL = "fix-all"
    IGNORE_LINE = "ignore-line"
    IGNORE_FILE = "ignore-file"
    TURN_OFF = "turn-off"


@dataclass(frozen=True, slots=True)
class Wish:
    """One deed on a document, or on a part of one. `code` and `place` name the finding that it is
    about, in our terms; `title` is that of the fix."""

    deed: Deed
    uri: str
    code: str = ""
    place: tuple[int, ...] = ()
    title: str = ""

    @classmethod
    def about(cls, finding: "Finding", document: Document, deed: Deed, title: str = "") -> "Wish":
        """A deed on a finding of the document."""
        part, span = document.located(finding.range)
        return cls(deed, part.uri, finding.rule.code, tuple(range_as_data(span)), title)

    @classmethod
    def from_data(cls, data: object) -> "Wish | None":
        """The wish that an action's `data` holds; None for what is not ours."""
        match data:
            case {
                "do": str(deed),
                "uri": str(uri),
                "code": str(code),
                "range": [*place],
                "title": str(title),
            } if deed in tuple(Deed):
                return cls(Deed(deed), uri, code, tuple(place), title)
        return None

    def as_data(self, version: int | None) -> dict[str, Any]:
        """The wish as an action's `data`; `version` is that of the document it was offered for."""
        return {
            "do": self.deed.value,
            "uri": self.uri,
            "version": version,
            "code": self.code,
            "range": list(self.place),
            "title": self.title,
        }

    def means(self, finding: "Finding", document: Document) -> bool:
        """Whether the wish is about this finding of the document."""
        return finding.rule.code == self.code and self == Wish.about(
            finding, document, self.deed, self.title
        )
