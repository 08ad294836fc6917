"""The vocabulary in which rules build their fixes."""

from collections.abc import Iterable

from leakwise.fixing.arguments import argument_added, argument_removed, argument_set
from leakwise.fixing.blocks import decorated, first_inserted, with_around
from leakwise.fixing.calls import method_calls
from leakwise.fixing.imports import import_added
from leakwise.fixing.release import released
from leakwise.text import Document, Edit, Range


class FixContext:
    """Builds edits for one document.

    Each method gives the edits for one change, or None where the change cannot be made for
    sure: the code at the range is no longer what it was, or does not round-trip. Edits leave
    alone what does not change, and work in files that do not parse elsewhere.
    """

    def __init__(self, document: Document) -> None:
        self.document = document

    def call_method(self, expressions: Iterable[Range], method: str) -> tuple[Edit, ...] | None:
        """Puts `.method()` behind each expression, in parentheses where precedence asks for them.

        `method` may go through others: `detach().cpu`. None too when there are no expressions.
        """
        return method_calls(self.document, expressions, method)

    def add_argument(self, call: Range, text: str) -> tuple[Edit, ...] | None:
        """Adds `text`, one or several keyword arguments, behind the others of the call.

        An argument on a line of its own gets company on the next. None when one of the keywords is
        there, or `*` or `**` may hold it.
        """
        return argument_added(self.document, call, text)

    def remove_argument(self, call: Range, keyword: str) -> tuple[Edit, ...] | None:
        """Takes the argument `keyword` out of the call, with its comma.

        Lines that it has alone go, with the comment on them. None when it is not written there.
        """
        return argument_removed(self.document, call, keyword)

    def set_argument(self, call: Range, keyword: str, value: str) -> tuple[Edit, ...] | None:
        """Gives the argument `keyword` of the call another value, or adds it as `add_argument`
        does. None when it has that value."""
        return argument_set(self.document, call, keyword, value)

    def wrap_in_with(self, statements: Range, manager: str) -> tuple[Edit, ...] | None:
        """Moves the whole statements that `statements` spans into `with {manager}:`.

        They are those of the deepest block that holds both ends of the range. None when they
        share a line with others.
        """
        return with_around(self.document, statements, manager)

    def decorate(self, function: Range, decorator: str) -> tuple[Edit, ...] | None:
        """Puts `@{decorator}` above the function whose `def` starts in `function`.

        It becomes the innermost decorator, so that `@staticmethod` and `@property` stay outermost.
        None for an async function, and when it is there already.
        """
        return decorated(self.document, function, decorator)

    def insert_first(self, compound: Range, statement: str) -> tuple[Edit, ...] | None:
        """Makes `statement`, one line, the first of the body of the loop, function or block that
        starts at `compound` or holds its start in its head.

        A docstring stays first; a body on its head's line gets lines of its own. None when the
        statement is there already.
        """
        return first_inserted(self.document, compound, statement)

    def release_in_finally(
        self, acquisition: Range, name: str, release: str
    ) -> tuple[Edit, ...] | None:
        """Binds the call at `acquisition` (an expression statement, or already `x = call`) to
        `name`, and moves the statements behind it in its block into `try:` with
        `finally: {name}.{release}()`.

        A name that the function uses gets a number (`handle_2`). None when nothing stands behind
        it, or when that binds the name anew.
        """
        return released(self.document, acquisition, name, release)

    def ensure_import(self, module: str) -> tuple[Edit, ...]:
        """Adds `import {module}` unless it is there: behind the last top-level import above the
        first function, class or loop, else below the docstring, else above the first statement."""
        return import_added(self.document, module)
