"""`textDocument/codeAction`: the fixes of the findings at a range, as quick fixes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from leakwise.lsp.convert import from_lsp_range, range_as_data, to_lsp_diagnostic, to_lsp_edit
from leakwise.lsp.features.questions import findings_of
from leakwise.lsp.fixes import fixes_of
from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.fixing import Fix
    from leakwise.lsp.server import LeakwiseServer
    from leakwise.rule import Finding


async def code_action(
    ls: "LeakwiseServer", params: types.CodeActionParams
) -> list[dict[str, Any]] | None:
    """One quick fix for each fix of each finding at the range.

    The range alone decides: some clients send no diagnostics along, or drop their data.
    """
    if not _wants_quick_fixes(params.context.only):
        return None
    answer = await ls.ask(params.text_document.uri, findings_of)
    if answer is None:
        return None
    document, findings = answer
    span = from_lsp_range(params.range, document.lines, ls.client.encoding)
    touched = [finding for finding in findings if finding.range.touches(span)]
    if not touched:
        return None
    return [
        _action(ls, document, finding, fix, is_preferred=index == 0)
        for finding, fixes in zip(touched, await fixes_of(touched, document), strict=True)
        for index, fix in enumerate(fixes)
    ]


def _wants_quick_fixes(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    wanted = types.CodeActionKind.QuickFix.value
    return only is None or any(kind in ("", wanted) for kind in only)


def _action(
    ls: "LeakwiseServer",
    document: Document,
    finding: "Finding",
    fix: "Fix",
    *,
    is_preferred: bool,
) -> dict[str, Any]:
    action: dict[str, Any] = {
        "title": fix.title,
        "kind": types.CodeActionKind.QuickFix.value,
        "diagnostics": [to_lsp_diagnostic(finding, document, ls.client)],
        "isPreferred": is_preferred,
    }
    if ls.client.resolves_edits:
        action["data"] = {
            "uri": document.uri,
            "version": document.version,
            "code": finding.rule.code,
            "range": range_as_data(finding.range),
            "title": fix.title,
        }
    else:
        action["edit"] = to_lsp_edit(fix.edits, document, ls.client)
    return action
