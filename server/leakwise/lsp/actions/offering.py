"""The code actions that are offered at a range."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from leakwise.lsp.actions.edits import NotPossibleError, edit_for
from leakwise.lsp.actions.kinds import (
    FIX_ALL,
    NOTEBOOK_FIX_ALL,
    QUICK_FIX,
    Kinds,
    asked_for,
    wanted,
)
from leakwise.lsp.actions.wishes import Deed, Wish
from leakwise.lsp.beside import beside
from leakwise.lsp.commands.names import SHOW_RULE_PAGE
from leakwise.lsp.convert import to_lsp_diagnostic, to_lsp_edit
from leakwise.lsp.fixes import fixes_of
from leakwise.lsp.settings_files import settings_file
from leakwise.lsp.views import View
from leakwise.sources import uri_to_path
from leakwise.text import Document, Range

if TYPE_CHECKING:
    from leakwise.fixing import Fix
    from leakwise.lsp.server import LeakwiseServer
    from leakwise.rule import Finding

_NO_FIXES = "What to do depends on what the code is for; the rule's page says more."
_NO_FIX_HERE = "The code here is written in a way that no repair surely keeps working."


@dataclass(frozen=True, slots=True)
class Offer:
    """A code action before it is one: its edit, where `fix` does not hold it, is made of `wish`."""

    title: str
    wish: Wish | None
    kind: str = QUICK_FIX
    finding: "Finding | None" = None
    fix: "Fix | None" = None
    is_preferred: bool = False
    refused: str = ""
    """Why it cannot be done."""
    command: types.Command | None = None


async def offered(
    ls: "LeakwiseServer", view: View, span: Range, only: Kinds | None
) -> list[dict[str, Any]]:
    """The actions for the findings at a range, each finding's own first, then those for the file.

    The range alone decides: some clients send no diagnostics along, or drop their data.
    """
    offers: list[Offer] = []
    touched = [finding for finding in view.findings if finding.range.touches(span)]
    if touched and wanted(QUICK_FIX, only):
        fixes = await fixes_of(touched, view.document)
        opened = ls.documents.by_path()
        where = await beside(lambda: _settings_name(ls, view.document.uri, opened))
        for finding, own in zip(touched, fixes, strict=True):
            offers.extend(_for_finding(view, finding, own, where))
        wish = Wish(Deed.IGNORE_FILE, view.document.uri)
        offers.append(Offer("Ignore all that Leakwise finds in this file", wish))
    # Its edit takes a whole analysis: made only for those who ask, or who will ask for it.
    for kind in (FIX_ALL, NOTEBOOK_FIX_ALL):
        if not view.findings or not wanted(kind, only):
            continue
        if asked_for(kind, only) or (kind == FIX_ALL and ls.client.resolves_edits):
            wish = Wish(Deed.FIX_ALL, view.document.uri)
            offers.append(Offer("Leakwise: fix all that can be fixed safely", wish, kind))
    actions = [await _action(ls, view, offer) for offer in offers]
    return [action for action in actions if action is not None]


def _for_finding(
    view: View, finding: "Finding", fixes: "Sequence[Fix]", settings_name: str | None
) -> Iterator[Offer]:
    rule, document = finding.rule, view.document
    for index, fix in enumerate(fixes):
        wish = Wish.about(finding, document, Deed.FIX, fix.title)
        yield Offer(fix.title, wish, finding=finding, fix=fix, is_preferred=index == 0)
    if not fixes:
        yield Offer(f"Fix {rule.code}", None, finding=finding, refused=_why_not(finding))
    others = any(one.rule.code == rule.code and one is not finding for one in view.findings)
    unsafe = view.settings is not None and view.settings.settings.unsafe_fixes
    if others and any(unsafe or _is_safe(fix) for fix in fixes):
        wish = Wish.about(finding, document, Deed.FIX_RULE)
        yield Offer(f"Fix all {rule.code} ({rule.name}) in this file", wish, finding=finding)
    wish = Wish.about(finding, document, Deed.IGNORE_LINE)
    yield Offer(f"Ignore {rule.code} ({rule.name}) on this line", wish, finding=finding)
    if settings_name is not None:
        wish = Wish.about(finding, document, Deed.TURN_OFF)
        yield Offer(f"Turn off {rule.code} in {settings_name}", wish, finding=finding)
    title = f"Show the page of {rule.code} ({rule.name})"
    command = types.Command(title, SHOW_RULE_PAGE, arguments=[rule.code])
    yield Offer(title, None, finding=finding, command=command)


def _is_safe(fix: "Fix") -> bool:
    from leakwise.fixing import Applicability

    return fix.applicability is Applicability.SAFE


def _why_not(finding: "Finding") -> str:
    from leakwise.rule import Rule

    return _NO_FIXES if type(finding.rule).fixes is Rule.fixes else _NO_FIX_HERE


def _settings_name(ls: "LeakwiseServer", uri: str, opened: Mapping[Path, Document]) -> str | None:
    found = settings_file(uri_to_path(uri), ls.roots, opened)
    if found is None:
        return None
    return found.path.name if found.document is not None else f"a new {found.path.name}"


async def _action(ls: "LeakwiseServer", view: View, offer: Offer) -> dict[str, Any] | None:
    """The offer as JSON; None where it cannot be done and the client could not show why, and for
    an edit that would change nothing."""
    action: dict[str, Any] = {"title": offer.title, "kind": offer.kind}
    if offer.finding is not None:
        action["diagnostics"] = [to_lsp_diagnostic(offer.finding, view.document, ls.client)]
    if offer.is_preferred:
        action["isPreferred"] = True
    if offer.command is not None:
        action["command"] = offer.command
    if offer.refused:
        return _refused(ls, action, offer.refused)
    if offer.wish is None:
        return action
    if ls.client.resolves_edits:
        action["data"] = offer.wish.as_data(view.document.version)
    elif offer.fix is not None:
        action["edit"] = to_lsp_edit(offer.fix.edits, view.document, ls.client)
    else:
        try:
            edit = await edit_for(ls, offer.wish, view)
        except NotPossibleError as error:
            return _refused(ls, action, str(error))
        if not (edit.changes or edit.document_changes):
            return None
        action["edit"] = edit
    return action


def _refused(ls: "LeakwiseServer", action: dict[str, Any], why: str) -> dict[str, Any] | None:
    if not ls.client.disables_actions:
        return None
    action.pop("isPreferred", None)
    return {**action, "disabled": {"reason": why}}
