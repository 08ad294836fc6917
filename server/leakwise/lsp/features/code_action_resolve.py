"""`codeAction/resolve`: the edit of one code action, made when the user chooses it."""

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcException, JsonRpcInvalidParams

from leakwise.lsp.actions.edits import GoneError, NotPossibleError, edit_for
from leakwise.lsp.actions.wishes import Wish
from leakwise.lsp.urgency import Urgency
from leakwise.lsp.views import view_of

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def code_action_resolve(ls: "LeakwiseServer", params: types.CodeAction) -> types.CodeAction:
    """The action with its edit for the newest version.

    Nothing is remembered of the list that the action came from: the finding is looked up again
    by its rule and range, so an action outlives changes that leave its place alone.

    Raises:
        JsonRpcInvalidParams: the action is not one of ours.
        JsonRpcContentModified: the finding, or that fix of it, is no longer there.
        JsonRpcRequestFailed: it cannot be done, for the reason that is given.
    """
    if params.command is not None and params.data is None:
        return params
    wish = Wish.from_data(params.data)
    if wish is None:
        raise JsonRpcInvalidParams("This code action is not one of Leakwise's.")
    view = await ls.ask(wish.uri, view_of, Urgency.CHOSEN)
    try:
        if view is None:
            raise GoneError
        params.edit = await edit_for(ls, wish, view)
    except GoneError:
        why = "The code changed since this was offered; ask for it again."
        raise JsonRpcContentModified(why) from None
    except NotPossibleError as error:
        raise JsonRpcException(str(error), code=types.LSPErrorCodes.RequestFailed) from None
    return params
