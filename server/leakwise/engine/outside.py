"""What other files tell of the checked ones."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.engine.knowledge import told_in
from leakwise.engine.settings import Overrides, SettingsResolver
from leakwise.sources.keeping import FOLDER

if TYPE_CHECKING:
    from leakwise.facts.symbols.cache import Lines
    from leakwise.facts.symbols.direct import DirectAnswers
    from leakwise.facts.symbols.project_index import ProjectIndex
    from leakwise.facts.symbols.questions import Answer, Question, ToldData
    from leakwise.facts.symbols.trees import Trees
    from leakwise.syntax import SyntaxTree
    from leakwise.text import Document


class Outside:
    """Knows what lies outside checked files. It is found out at once, in this process."""

    def __init__(
        self,
        folders: Sequence[str],
        settings: SettingsResolver | None = None,
        *,
        environments: Sequence[str] = (),
        told: "Mapping[str, ToldData] | None" = None,
        index: "ProjectIndex | None" = None,
    ) -> None:
        """`folders` are those of the projects, see `sources.folders`; `settings` may say where
        their packages are, beside `environments`, what users tell of libraries, where `told` does
        not, and where what is found out is kept. `index` is that of their files, where it is made
        already."""
        self._named = [*environments, *environments_of(folders, settings)]
        self.warnings: list[str] = []
        """Why something is not known, each in a sentence."""
        self._settings = settings
        self._told = told
        self._folders = [Path(folder) for folder in folders]
        overrides = None if settings is None else settings.overrides
        self._cache = None if settings is None else cache_folder(folders, overrides)
        self._answers: DirectAnswers | None = None
        self._trees: Trees | None = None
        self._index = index

    @property
    def keeps(self) -> bool:
        """Whether what is found out is kept for other checks."""
        return self._cache is not None

    def tree(self, path: str, document: "Document") -> "SyntaxTree":
        """The tree of a document that was read from the file at an absolute path."""
        return self._shared_trees().of_document(path, document)

    def known(self, question: "Question") -> "Answer | None":
        """What is known. It may take its time."""
        return self._begun().answer(question)

    def given_away(self) -> "Lines":
        """What was learned since this was asked last, for another process to `take`."""
        return {} if self._answers is None else self._answers.given_away()

    def take(self, learned: "Lines") -> None:
        """Keeps what another process learned."""
        if learned:
            self._begun().take(learned)

    def close(self) -> None:
        """Ends what was begun, and keeps what was learned for the next check."""
        if self._answers is not None:
            self._answers.close()
            self._answers = None

    def _begun(self) -> "DirectAnswers":
        if self._answers is None:
            from leakwise.facts.symbols.direct import DirectAnswers

            self._answers = DirectAnswers(
                self._folders,
                self.warnings.append,
                cache=self._cache,
                environments=self._named,
                told=self._told_of_libraries(),
                trees=self._shared_trees(),
                index=self._index,
            )
        return self._answers

    def _shared_trees(self) -> "Trees":
        if self._trees is None:
            from leakwise.facts.reading import Files
            from leakwise.facts.symbols.trees import Trees

            self._trees = Trees(Files())
        return self._trees

    def _told_of_libraries(self) -> "Mapping[str, ToldData]":
        if self._told is None and self._settings is not None:
            self._told = told_in([str(folder) for folder in self._folders], self._settings)
        return self._told or {}


def environments_of(folders: Sequence[str], settings: SettingsResolver | None) -> list[str]:
    """The environments that the settings of projects name."""
    if settings is None:
        return []
    found = (settings.for_folder(folder).environment for folder in folders)
    return [one for one in found if one is not None]


def cache_folder(folders: Sequence[str], overrides: Overrides | None) -> Path | None:
    """Where what was found out about the projects in `folders` is kept: in the first of them where
    nothing else is said; None where it is not."""
    if not folders or (overrides is not None and overrides.no_cache):
        return None
    if overrides is not None and overrides.cache is not None:
        return overrides.cache
    return Path(folders[0], FOLDER)
