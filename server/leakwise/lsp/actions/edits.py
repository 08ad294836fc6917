"""The edit of a code action, made when the action is chosen."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.actions.wishes import Deed, Wish
from leakwise.lsp.beside import beside
from leakwise.lsp.convert import to_lsp_edit, to_lsp_edits
from leakwise.lsp.fixes import all_fixed, fixes_of
from leakwise.lsp.settings_files import SettingsFile, settings_file
from leakwise.lsp.views import View
from leakwise.sources import path_to_uri, uri_to_path
from leakwise.text import Document, Edit, MisplacedEditError

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer
    from leakwise.rule import Finding


class NotPossibleError(Exception):
    """What was wished for cannot be done; the text says why."""


class GoneError(Exception):
    """The finding, or the fix of it, that a wish is about is there no longer."""


async def edit_for(ls: "LeakwiseServer", wish: Wish, view: View) -> types.WorkspaceEdit:
    """The edit that does what is wished, for the version of the document in `view`.

    Raises:
        NotPossibleError: it cannot be done.
        GoneError: there is nothing to do it for.
    """
    document = view.document
    match wish.deed:
        case Deed.FIX_ALL | Deed.FIX_RULE:
            code = wish.code if wish.deed is Deed.FIX_RULE else None
            return to_lsp_edits(await all_fixed(view, code), ls.client)
        case Deed.IGNORE_FILE:
            from leakwise.fixing.suppressing import file_skipped

            return _placed(ls, file_skipped(document), document)
        case Deed.TURN_OFF:
            opened = ls.documents.by_path()
            return await beside(lambda: _turned_off(ls, wish, document.uri, opened))
    finding = _meant(wish, view)
    if wish.deed is Deed.FIX:
        return await _fixed(ls, wish, finding, document)
    return _placed(ls, await beside(lambda: _ignored(document, finding)), document)


async def _fixed(
    ls: "LeakwiseServer", wish: Wish, finding: "Finding", document: Document
) -> types.WorkspaceEdit:
    (fixes,) = await fixes_of([finding], document)
    for fix in fixes:
        if fix.title == wish.title:
            return to_lsp_edit(fix.edits, document, ls.client)
    raise GoneError


def _meant(wish: Wish, view: View) -> "Finding":
    for finding in view.findings:
        if wish.means(finding, view.document):
            return finding
    raise GoneError


def _placed(ls: "LeakwiseServer", edit: Edit, document: Document) -> types.WorkspaceEdit:
    try:
        return to_lsp_edit([edit], document, ls.client)
    except MisplacedEditError as error:
        raise NotPossibleError(f"No comment can stand here: {error}.") from error


def _ignored(document: Document, finding: "Finding") -> Edit:
    from leakwise.fixing.suppressing import ignored_on_line

    edit = ignored_on_line(document, finding.range, finding.rule.name)
    if edit is None:
        raise NotPossibleError("No comment can stand on this line: it ends inside a string.")
    return edit


def _difference(document: Document, text: str) -> list[Edit]:
    from leakwise.text.differences import edits_to

    return edits_to(document, text)


def _turned_off(
    ls: "LeakwiseServer", wish: Wish, uri: str, opened: Mapping[Path, Document]
) -> types.WorkspaceEdit:
    from leakwise.engine.turning_off import SettingsNotEditableError

    file = settings_file(uri_to_path(uri), ls.roots, opened)
    if file is None:
        raise NotPossibleError("There is no folder to keep settings in; save the file first.")
    try:
        text = file.without_rule(wish.code)
    except SettingsNotEditableError as error:
        raise NotPossibleError(f"{file.path} cannot be edited: {error}.") from error
    if file.document is not None:
        return to_lsp_edit(_difference(file.document, text), file.document, ls.client)
    return _created(ls, file, text)


def _created(ls: "LeakwiseServer", file: SettingsFile, text: str) -> types.WorkspaceEdit:
    """Makes the file, where the client can do that; it may ask the user first."""
    uri = path_to_uri(file.path)
    if not ls.client.creates_files:
        why = f"The editor cannot create files for it; make an empty {file.path} and try again."
        raise NotPossibleError(why)
    empty = Document.from_text(uri, "")
    filled = to_lsp_edit(_difference(empty, text), empty, ls.client)
    created = types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True))
    edit = types.WorkspaceEdit(document_changes=[created, *(filled.document_changes or ())])
    if ls.client.annotates_changes:
        label = f"Create {file.path.name}"
        why = "Leakwise has no settings file here yet."
        edit.change_annotations = {"create": types.ChangeAnnotation(label, True, why)}
        created.annotation_id = "create"
    return edit
