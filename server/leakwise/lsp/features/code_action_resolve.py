"""`codeAction/resolve`: the edit of one quick fix, built when the user chooses it."""

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcInvalidParams

from leakwise.lsp.convert import range_as_data, to_lsp_edit
from leakwise.lsp.features.questions import findings_of
from leakwise.lsp.fixes import fixes_of

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def code_action_resolve(ls: "LeakwiseServer", params: types.CodeAction) -> types.CodeAction:
    """The action with its edit for the newest version.

    Nothing is remembered of the list that the action came from: the finding is looked up again
    by its rule and range, so an action outlives changes that leave its place alone.

    Raises:
        JsonRpcInvalidParams: the action is not one of ours.
        JsonRpcContentModified: the finding, or that fix of it, is no longer there.
    """
    match params.data:
        case {"uri": str(uri), "code": str(code), "range": [*place], "title": str(title)}:
            pass
        case _:
            raise JsonRpcInvalidParams("This code action is not one of Leakwise's.")
    answer = await ls.ask(uri, findings_of)
    if answer is not None:
        document, findings = answer
        meant = [
            finding
            for finding in findings
            if finding.rule.code == code and range_as_data(finding.range) == place
        ]
        for fixes in await fixes_of(meant, document):
            for fix in fixes:
                if fix.title == title:
                    params.edit = to_lsp_edit(fix.edits, document, ls.client)
                    return params
    raise JsonRpcContentModified("The code changed since this fix was offered; ask for it again.")
