"""Notebooks: their cells are one program, and each has what is said of it."""

from lsprotocol import types

from leakwise.text import Document
from tests.lsp.notebook_client import CODE, MARKUP, EditedNotebook, address
from tests.lsp.raw_client import Json, RawClient
from tests.lsp.sessions import LEAK, Session, capabilities, codes, edited, fixed

HEAD, LOOP = LEAK[: LEAK.index("total =")], LEAK[LEAK.index("total =") :]
CELLS = {
    "magics": "%matplotlib inline\n!pip install torch",
    "head": HEAD,
    "loop": "%%time\n" + LOOP,
}
AT = 7
"""The line of the leak in the cell `loop`."""
STEP = "def step(x, y):\n    loss = criterion(model(x), y)\n    loss.backward()\n    return loss"
IN_STEPS = {
    "head": HEAD,
    "step": STEP,
    "loop": "total = 0.0\nfor x, y in data:\n    loss = step(x, y)\n    total += loss",
}
"""The same with LP001 in line 3 of `loop`, because of what `step` gives."""


async def opened(session: Session, cells: dict[str, str] = CELLS) -> EditedNotebook:
    await session.initialize()
    notebook = EditedNotebook(session)
    notebook.open(cells)
    return notebook


def test_offered_for_cells_in_python() -> None:
    # By a client of our own: lsprotocol 2025.0 cannot read what it writes here.
    with RawClient() as client:
        declared: Json = {"notebookDocument": {"synchronization": {}}}
        answer = client.request("initialize", {"processId": None, "capabilities": declared})
        assert answer["result"]["capabilities"]["notebookDocumentSync"] == {
            "notebookSelector": [{"cells": [{"language": "python"}]}],
            "save": True,
        }


async def test_names_flow_and_each_cell_has_its_own(session: Session) -> None:
    notebook = await opened(session)
    (found,) = await session.diagnostics(1, address("loop"))
    assert found.range == types.Range(types.Position(AT, 13), types.Position(AT, 17))
    assert found.data == {"code": "LP001", "version": 1, "range": [AT, 13, AT, 17]}
    assert await notebook.found("magics") == []
    assert await notebook.found("head") == []


async def test_related_places_are_in_their_cells(session: Session) -> None:
    step = (
        "def step(x, y):\n    loss = criterion(model(x), y)\n    loss.backward()\n    return loss\n"
    )
    loop = "total = 0.0\nfor x, y in data:\n    loss = step(x, y)\n    total += loss\n"
    await opened(session, {"head": HEAD, "step": step, "loop": loop})
    (found,) = await session.diagnostics(1, address("loop"))
    places = [
        (one.location.uri, one.location.range.start.line) for one in found.related_information or ()
    ]
    assert (address("loop"), 1) in places
    assert {uri for uri, _ in places} <= {address("loop"), address("step")}


async def test_typing_takes_findings_away_and_brings_them_back(session: Session) -> None:
    notebook = await opened(session)
    assert await notebook.found("loop") == [("LP001", AT)]
    assert await notebook.found("loop", notebook.type("loop", AT, 17, ".item()")) == []
    back = notebook.type("loop", AT, 17, "", erased=7)
    assert await notebook.found("loop", back) == [("LP001", AT)]
    lower = notebook.type("loop", 1, 0, "\n")
    assert await notebook.found("loop", lower) == [("LP001", AT + 1)]


async def test_typing_in_one_cell_changes_another(session: Session) -> None:
    notebook = await opened(session, IN_STEPS)
    assert await notebook.shown() == {"loop": [("LP001", 3)]}
    notebook.type("step", 3, 15, ".item()")
    assert await notebook.shown() == {}
    notebook.type("step", 3, 15, "", erased=7)
    assert await notebook.shown() == {"loop": [("LP001", 3)]}


async def test_only_what_changed_is_published(session: Session) -> None:
    notebook = await opened(session)
    await notebook.found("loop")
    before = len(session.published)
    await notebook.found("head", notebook.type("head", 0, 0, "# more\n"))
    assert [one.uri for one in session.published[before:]] == [address("head")]


async def test_half_typed_code_and_magics_keep_the_other_findings(session: Session) -> None:
    notebook = await opened(session)
    for column, character in enumerate("%%bash (x"):
        version = notebook.type("magics", 0, column, character)
        assert await notebook.found("magics", version) == []
    for column, character in enumerate('f(f"""{x'):
        await notebook.found("head", notebook.type("head", 0, column, character))
        assert await notebook.shown() == {"loop": [("LP001", AT)]}, column


async def test_cells_are_added_moved_and_removed(session: Session) -> None:
    notebook = await opened(session)
    assert await notebook.shown() == {"loop": [("LP001", AT)]}
    notebook.insert(3, "again", LOOP.replace("total", "total_2"))
    assert await notebook.shown() == {"loop": [("LP001", AT)], "again": [("LP001", AT - 1)]}
    notebook.move("loop", 1)
    assert notebook.order == ["magics", "loop", "head", "again"]
    assert await notebook.shown() == {"loop": [("LP001", AT)], "again": [("LP001", AT - 1)]}
    notebook.remove("loop")
    assert await notebook.shown() == {"again": [("LP001", AT - 1)]}


async def test_the_order_of_cells_counts(session: Session) -> None:
    notebook = await opened(session, {**IN_STEPS, "mend": "def step(x, y):\n    return 1.0"})
    assert await notebook.shown() == {"loop": [("LP001", 3)]}
    notebook.move("mend", 2)
    assert await notebook.shown() == {}
    notebook.move("mend", 1)
    assert await notebook.shown() == {"loop": [("LP001", 3)]}


async def test_cells_are_made_text_and_code(session: Session) -> None:
    notebook = await opened(session)
    assert await notebook.shown() == {"loop": [("LP001", AT)]}
    notebook.make("loop", MARKUP)
    assert await notebook.shown() == {}
    notebook.make("loop", CODE)
    assert await notebook.shown() == {"loop": [("LP001", AT)]}


async def test_closing_clears_every_cell(session: Session) -> None:
    notebook = await opened(session)
    assert await notebook.found("loop") == [("LP001", AT)]
    notebook.close()
    session.open(LEAK)
    await session.diagnostics(1)
    assert [one.uri for one in session.published if not one.diagnostics][-3:] == [
        address(name) for name in notebook.order
    ]


async def test_pulled_for_each_cell(session: Session) -> None:
    await session.initialize(capabilities(pulls=True))
    notebook = EditedNotebook(session)
    notebook.open(CELLS)
    report = await session.pull(address("loop"))
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert codes(report.items) == [("LP001", AT)]
    notebook.type("head", 0, 0, "\n")
    again = await session.pull(address("loop"), report.result_id)
    assert again.kind == "unchanged"
    other = await session.pull(address("head"))
    assert isinstance(other, types.RelatedFullDocumentDiagnosticReport)
    assert not other.items
    assert session.published == []


async def test_hover_in_a_cell(session: Session) -> None:
    notebook = await opened(session)
    await notebook.found("loop")
    hover = await session.hover(AT, 15, address("loop"))
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert "`total`" in hover.contents.value
    assert hover.range == types.Range(types.Position(AT, 13), types.Position(AT, 17))
    assert await session.hover(0, 2, address("loop")) is None


async def test_columns_count_in_the_clients_units(session: Session) -> None:
    await session.initialize(capabilities(encodings=["utf-8"]))
    notebook = EditedNotebook(session)
    notebook.open(
        {**CELLS, "loop": "%%time\n" + LOOP.replace("    total +=", "    '🔥'; total +=")}
    )
    (found,) = await session.diagnostics(1, address("loop"))
    assert found.range.start == types.Position(AT, 13 + 8)
    version = notebook.type("loop", AT, 0, "")
    assert await notebook.found("loop", version) == [("LP001", AT)]


async def test_a_notebook_that_is_not_open_is_ignored(session: Session) -> None:
    await session.initialize()
    notebook = EditedNotebook(session)
    notebook.texts["x"] = Document.from_text(address("x"), "", 1)
    notebook.order = ["x"]
    notebook.type("x", 0, 0, "y")
    notebook.close()
    notebook.open(CELLS)
    assert await notebook.found("loop") == [("LP001", AT)]


async def test_a_virtual_document_of_joined_cells(session: Session) -> None:
    # As jupyterlab-lsp sends it: code cells joined by blank lines, magics turned into calls.
    await session.initialize()
    uri = "file:///work/.virtual_documents/training.ipynb"
    head = 'get_ipython().run_line_magic("matplotlib", " inline")\n' + HEAD
    text = "\n\n\n".join([head.rstrip(), LOOP.rstrip(), "# %%bash\n# ls (", ""])
    session.open(text, uri)
    (found,) = await session.diagnostics(1, uri)
    line = text.splitlines().index("    total += loss")
    assert found.range.start == types.Position(line, 13)


async def test_actions_edit_their_cells(session: Session) -> None:
    await opened(session)
    uri, text = address("loop"), CELLS["loop"]
    place = types.Range(types.Position(AT, 15), types.Position(AT, 15))
    first, *_ = await session.fixes(place, uri=uri)
    resolved = edited(text, await session.resolve(first), uri)
    assert resolved == text.replace("+= loss", "+= loss.item()")
    ignoring = await session.offered(place, "ignore-line", uri=uri)
    ignored = edited(text, await session.resolve(ignoring), uri)
    assert ignored == text.rstrip("\n") + "  # leakwise: ignore[accumulate-loss-with-graph]\n"
    head = types.Range(types.Position(0, 0), types.Position(0, 0))
    assert await session.fixes(head, uri=address("head")) == []


async def test_everything_is_fixed_in_each_cell(session: Session) -> None:
    recording = "torch.cuda.memory._record_memory_history()"
    cells = {"head": "import torch", "one": f"%%time\n{recording}", "two": recording}
    await opened(session, cells)
    start = types.Range(types.Position(0, 0), types.Position(0, 0))
    kind = "notebook.source.fixAll.leakwise"
    (action,) = await session.actions(start, only=["notebook.source.fixAll"], uri=address("head"))
    assert action.kind == kind
    edit = (await session.resolve(action)).edit
    assert edit is not None
    changed = {}
    for change in edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        uri = change.text_document.uri
        changed[uri] = fixed(cells[uri.partition("#")[2]], change.edits)
    fix = recording.replace("()", "(max_entries=100_000)")
    assert changed == {address("one"): f"%%time\n{fix}", address("two"): fix}
