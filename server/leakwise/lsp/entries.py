"""One open document on the analysis thread, whose analysis may fail and not end."""

import logging
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from leakwise.lsp.limits import GivenUp, Limit
from leakwise.text import Document, LineChange

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.facts.symbols.questions import Question

T = TypeVar("T")

logger = logging.getLogger(__name__)

LIMIT_SECONDS = float(os.environ.get("LEAKWISE_ANALYSIS_SECONDS", "20"))
"""How long one question to an analysis may take, until what it waits for is given up."""
MOST_LEFT_OUT = 3
"""How many rules may take too long until it is the file that is given up."""


class Entry:
    """The newest version of a document and its analysis. Belongs to the analysis thread."""

    def __init__(
        self, document: Document, analyze: "Callable[[Document], Analysis]", limit: Limit
    ) -> None:
        self.document = document
        self.analysis = analyze(document)
        self.changes: list[LineChange] = []
        """Those that the analysis was not told of yet."""
        self.stale: dict[Question, None] = {}
        """What it asked, was told, and may be otherwise now."""
        self.rests_at: float | None = None
        self.unsaved = False
        """Whether it changed since it was opened or saved."""
        self.is_apart = False
        """Whether the thread for large documents has it, so that nobody else touches the analysis:
        what is wanted meanwhile is `waiting`."""
        self.was_apart = False
        self.is_unwanted = False
        """Whether what is done in that thread is for nothing."""
        self.waiting: list[Callable[[], None]] = []
        self._analyze = analyze
        self._asked_before: dict[Question, None] = {}
        """What facts that were unloaded asked of other files."""
        self._limit = limit
        self._logged_failures: set[str] = set()
        self._logged_as_too_large = False
        self._left_out: set[str] = set()
        self._given_up = False

    def ask(self, question: "Callable[[Analysis], T]", limit: Limit | None = None) -> T:
        """What the question gives for the newest version; `limit` is that of another thread.

        A rule that does not end is left out from then on; where that does not help, or no rule is
        to blame, the document is given up. What fails is asked once more, from scratch.
        """

        def asked() -> T:
            if self.analysis.document is not self.document:
                changes, self.changes = self.changes, []
                self.analysis.change(self.document, changes)
            return question(self.analysis)

        failed = False
        while True:
            try:
                answer = (limit or self._limit).run(asked)
                break
            except GivenUp:
                if self.is_unwanted:
                    raise
                self._leave_out()
            except Exception:
                if failed:
                    raise
                failed = True
                logger.exception("The analysis of %s failed and begins anew.", self.document.uri)
                self.begin_anew()
        self._log_what_failed()
        return answer

    @property
    def may_be_unloaded(self) -> bool:
        """Whether its facts are in memory, and remember nothing of code that does not parse now."""
        if self.is_apart or not self.analysis.is_loaded or self.rests_at is not None:
            return False
        return self.analysis.syntax_error is None

    @property
    def waits_for_answers(self) -> bool:
        """Whether other files are still to tell something."""
        return bool(self.stale or self.analysis.questions())

    def unload(self) -> None:
        """Gives the memory of the facts back. They are made again when something is asked, and what
        they asked of other files is known until then."""
        asked = dict.fromkeys(self.analysis.asked())
        self.begin_anew()
        self._asked_before = asked

    def asked(self) -> "Iterable[Question]":
        """What its facts asked of other files, answered or not."""
        return self.analysis.asked() if self.analysis.is_loaded else self._asked_before

    def begin_anew(self) -> None:
        """Analyses the document from scratch, without what was left out."""
        self.analysis = self._analyze(self.document)
        self._asked_before = {}
        self.was_apart = False
        self.analysis.left_out.update(self._left_out)
        self.analysis.gives_nothing = self._given_up
        self.changes = []

    def forgive(self) -> None:
        """Analyses the document from scratch, with everything."""
        self._left_out.clear()
        self._given_up = False
        self._logged_failures.clear()
        self.begin_anew()

    def _leave_out(self) -> None:
        rule, uri, seconds = self.analysis.running, self.document.uri, self._limit.seconds
        if rule is None or len(self._left_out) == MOST_LEFT_OUT:
            self._given_up = True
            what = f"The analysis of {uri} took longer than {seconds:g} seconds"
            logger.error("%s; nothing is told of the file until it is opened again.", what)
        else:
            self._left_out.add(rule.code)
            what = f"The rule {rule.code} took longer than {seconds:g} seconds on {uri}"
            logger.error("%s; it is left out there until the file is opened again.", what)
        self.begin_anew()

    def _log_what_failed(self) -> None:
        if self.analysis.too_large != self._logged_as_too_large:
            self._logged_as_too_large = self.analysis.too_large
            if self._logged_as_too_large:
                what = "is too large to be analysed; leave it out if it is data, or split it"
                logger.warning("%s %s.", self.document.uri, what)
        for failure in self.analysis.rule_failures:
            if failure.rule.code not in self._logged_failures:
                self._logged_failures.add(failure.rule.code)
                logger.error(
                    "The rule %s failed on %s: %s",
                    failure.rule.code,
                    self.document.uri,
                    failure.error,
                )
