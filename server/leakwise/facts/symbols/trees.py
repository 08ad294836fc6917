"""Files as syntax trees, parsed once for all that look at them."""

from collections import OrderedDict
from pathlib import Path

from leakwise.sources import Sources, UnreadableError
from leakwise.syntax import SyntaxTree
from leakwise.text import Document

_MOST_CHARACTERS = 1_500_000
"""How much source the files have whose trees are kept: these take some twenty times as much."""


class Trees:
    """What files hold, as trees that nobody may update; of those that were asked for last. Use it
    from one thread."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._known: OrderedDict[str, SyntaxTree] = OrderedDict()
        self._characters = 0

    def of(self, path: str) -> SyntaxTree | None:
        """What the file at an absolute path holds; None where it cannot be read."""
        known = self._known.get(path)
        if known is None:
            try:
                document = self._sources.document(Path(path))
            except (OSError, ValueError, UnreadableError):
                return None
            return self._keep(path, SyntaxTree(document, lasting=True))
        self._known.move_to_end(path)
        return known

    def of_document(self, path: str, document: Document) -> SyntaxTree:
        """The tree of a document that was read from the file at an absolute path; one that was not
        parsed before where not all of it parses, so that it may be put right."""
        known = self._known.get(path)
        if known is None:
            known = SyntaxTree(document, lasting=True)
            if known.problem() is None:
                self._keep(path, known)
            return known
        same = known.document.text == document.text and type(known.document) is type(document)
        return known if same and known.problem() is None else SyntaxTree(document, lasting=True)

    def forget(self) -> None:
        """Takes note that files may hold something else."""
        self._known.clear()
        self._characters = 0

    def _keep(self, path: str, tree: SyntaxTree) -> SyntaxTree:
        self._known[path] = tree
        self._characters += len(tree.document.text)
        while self._characters > _MOST_CHARACTERS and len(self._known) > 1:
            _, oldest = self._known.popitem(last=False)
            self._characters -= len(oldest.document.text)
        return tree
