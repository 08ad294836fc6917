"""`leakwise.showRulePage`: the page of a rule, shown in whichever way the client can."""

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from leakwise.lsp.beside import beside
from leakwise.sources import path_to_uri

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer
    from leakwise.rule import Rule


async def show_rule_page(ls: "LeakwiseServer", arguments: list[types.LSPAny]) -> dict[str, Any]:
    """The page of the rule whose code or name is the one argument, as Markdown.

    A client that says so in its experimental capability `showsRulePages` shows the result itself.
    Another one is asked to open the page as a file, or else gets a message that says where to read.

    Raises:
        JsonRpcInvalidParams: there is no such rule.
    """
    match arguments:
        case [str(code)]:
            pass
        case _:
            raise JsonRpcInvalidParams("One argument is needed: the code or name of a rule.")
    rule = await beside(lambda: _rule(code))
    if rule is None:
        why = f"There is no rule {code!r}; `leakwise rule --all` lists the rules."
        raise JsonRpcInvalidParams(why)
    from leakwise.pages import page, title, url  # The rules are loaded now.

    text = page(rule)
    if ls.client.shows_pages:
        pass
    elif ls.client.shows_documents:
        path = await beside(lambda: ls.pages.file(f"{rule.code}-{rule.name}.md", text))
        ls.window_show_document(types.ShowDocumentParams(path_to_uri(path), take_focus=True))
    else:
        told = f"{rule.code} {rule.name}: {title(rule)}. Read on: {url(rule)}"
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, told))
    return {"code": rule.code, "name": rule.name, "url": url(rule), "markdown": text}


def _rule(code: str) -> "Rule | None":
    from leakwise.engine import rule_named

    return rule_named(code)
