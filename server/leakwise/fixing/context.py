"""The vocabulary in which rules build their fixes."""

from collections.abc import Iterable

from leakwise.fixing.arguments import argument_added, argument_removed, argument_set
from leakwise.fixing.binding import bound_with
from leakwise.fixing.blocks import decorated, first_inserted, with_around
from leakwise.fixing.calls import method_calls
from leakwise.fixing.imports import import_added
from leakwise.fixing.inserting import appended_last, inserted_after, inserted_before
from leakwise.fixing.moving import moved_above
from leakwise.fixing.naming import name_ensured
from leakwise.fixing.release import released
from leakwise.fixing.removing import decorator_removed, statement_removed, statement_replaced
from leakwise.fixing.wrapping import call_stripped, replaced, wrapped
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

    def wrap(self, expressions: Iterable[Range], template: str) -> tuple[Edit, ...] | None:
        """Puts each expression in the place of `{}` in `template`, such as `tf.constant({})`, with
        parentheses where they are needed.

        None too when there are no expressions, or one of them stands in such code already.
        """
        return wrapped(self.document, expressions, template)

    def replace(self, expression: Range, old: str, new: str) -> tuple[Edit, ...] | None:
        """Puts the expression `new` in the place of one that reads `old`, however it is laid out,
        with parentheses where they are needed.

        None when something else stands there, or a comment in it.
        """
        return replaced(self.document, expression, old, new)

    def strip_suffix_call(self, expression: Range, method: str) -> tuple[Edit, ...] | None:
        """Takes the last call off the expression: `x.cuda()` becomes `x` for `cuda`.

        None when its last call is of another method, or holds a comment.
        """
        return call_stripped(self.document, expression, method)

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

    def insert_before(self, statement: Range, text: str) -> tuple[Edit, ...] | None:
        """Puts `text` right in front of the statement, decorators and all.

        `text` is one or several statements in lines, each level four spaces deep; they get the
        indentation of the place. None when they stand there already, and in front of a docstring
        or an import from `__future__`.
        """
        return inserted_before(self.document, statement, text)

    def insert_after(self, statement: Range, text: str) -> tuple[Edit, ...] | None:
        """Puts `text`, as for `insert_before`, behind the statement and the comment on its line.

        None when it stands there already, or would never run: behind a `return`, `raise`, `break`
        or `continue`.
        """
        return inserted_after(self.document, statement, text)

    def append_last(
        self, compound: Range, text: str, *, before_leaving: bool = False
    ) -> tuple[Edit, ...] | None:
        """Puts `text`, as for `insert_before`, at the end of the body of the loop, function or
        block that starts at `compound` or holds its start in its head.

        None when it stands there already. With `before_leaving` it goes in front of a `return`,
        `raise`, `break` or `continue` that the body ends with; else it is None where one of these
        stands anywhere in the body and may end it before.
        """
        return appended_last(self.document, compound, text, before_leaving=before_leaving)

    def remove_statement(self, statement: Range) -> tuple[Edit, ...] | None:
        """Takes the statement out, with the comment on its lines; `pass` stands in its place where
        it is alone in its block."""
        return statement_removed(self.document, statement)

    def replace_statement(self, statement: Range, text: str) -> tuple[Edit, ...] | None:
        """Puts `text`, as for `insert_before`, in the place of the statement.

        None when it reads so already, or holds comments.
        """
        return statement_replaced(self.document, statement, text)

    def remove_decorator(self, function: Range, decorator: str) -> tuple[Edit, ...] | None:
        """Takes `@{decorator}` off the function or class whose decorators or `def` hold the start
        of the range. None when it is not there, or not once."""
        return decorator_removed(self.document, function, decorator)

    def bind_with(
        self, assignment: Range, manager: str | None = None, *, to_last_use: bool = False
    ) -> tuple[Edit, ...] | None:
        """Makes `x = call(...)` the head `with call(...) as x:` of the rest of its block, or only
        down to the last statement that uses `x` or what is made from it.

        `manager` is what to enter instead: code for the call, or with `{}` in the place of it.
        None when nothing follows, and when the function uses `x` outside or binds it twice.
        """
        return bound_with(self.document, assignment, manager, to_last_use=to_last_use)

    def move_above(self, statement: Range, loop: Range) -> tuple[Edit, ...] | None:
        """Moves the statement (simple, or a `def`), with the comments right above it, in front of
        the loop whose body it stands in.

        None when it stands deeper, when the loop binds what it uses or binds, and when the loop
        reads earlier what it binds.
        """
        return moved_above(self.document, statement, loop)

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

    def ensure_name(
        self, qualified: str, *, module: str | None = None, alias: str | None = None
    ) -> tuple[str, tuple[Edit, ...]] | None:
        """How the file's imports let `qualified` be written, and the edits that import `module`
        (everything up to the last dot unless given), as `alias` if given, where they do not.

        `ensure_name("matplotlib.pyplot.close", alias="plt")` gives `plt.close` and perhaps an
        import. None when the file uses the name for something else.
        """
        return name_ensured(self.document, qualified, module, alias)
