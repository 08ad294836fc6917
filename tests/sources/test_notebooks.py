"""Reading notebook files, and writing sources back into them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakwise.sources import UnreadableError
from leakwise.sources.notebooks import read_notebook
from tests.sources.notebook_files import Json, code, markdown, notebook, saved


def test_cells_in_order() -> None:
    found = read_notebook(saved(notebook(markdown("# T"), code("a = 1\nb"), code(""))).encode())
    assert [(cell.number, cell.source, cell.is_python) for cell in found.cells] == [
        (1, "# T", False),
        (2, "a = 1\nb", True),
        (3, "", True),
    ]
    assert found.language == "python"


def test_sources_as_one_string_or_in_lines() -> None:
    cells = [{**code(""), "source": "a\nb"}, code("a\nb")]
    found = read_notebook(saved(notebook(*cells)).encode())
    assert [cell.source for cell in found.cells] == ["a\nb", "a\nb"]


def test_code_in_another_language() -> None:
    sql = code("SELECT 1", metadata={"vscode": {"languageId": "sql"}})
    assert not read_notebook(saved(notebook(sql)).encode()).cells[0].is_python
    assert read_notebook(saved(notebook(language="R")).encode()).language == "r"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is an empty file"),
        ("\ufeff \n", "is an empty file"),
        ("{", "line 1 is no JSON"),
        ('{"cells": [}', "line 1 is no JSON"),
        ('{"cells": []} x', "line 1 is no JSON: Extra data"),
        ('{"cells": [],}', "line 1 is no JSON"),
        ("{\n<<<<<<< HEAD\n", "the marks of a merge conflict"),
        ("[]", "it is no JSON object"),
        ("{}", "does not tell its `nbformat`"),
        ('{"nbformat": 4}', "no list of `cells`"),
        ('{"nbformat": 4, "cells": {}}', "no list of `cells`"),
        ('{"nbformat": 3, "worksheets": []}', "is in the old notebook format 3"),
        ('{"nbformat": 4, "cells": [1]}', "cell 1 is no JSON object"),
        ('{"nbformat": 4, "cells": [{"source": ""}]}', "cell 1 does not tell its `cell_type`"),
        ('{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "cell 1 has no `source`"),
        (
            '{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}',
            "cell 1 has no `source`",
        ),
        ('{"nbformat": 4, "x": ' + "[" * 100_000, "it is nested too deeply"),
        ('{"nbformat": ' + "9" * 5000 + "}", "damaged notebook (Exceeds the limit"),
    ],
)
def test_damaged_ones_say_what_is_wrong(text: str, what: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        read_notebook(text.encode())
    assert what in str(raised.value)
    assert " - " in str(raised.value)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(UnreadableError, match="line 2 is not in UTF-8"):
        read_notebook(b'{\n"\xff": 1}')


def test_only_the_source_that_changed_is_written() -> None:
    text = (
        '\ufeff{ "metadata":{"z":1e-05,  "a":1.50,"a":2},\r\n "cells" :[\t'
        '{"source":"caf\\u00e9 \\/ é","cell_type":"code","outputs":[{"data":"\\ud83d"}]} , '
        '{"cell_type":"code","source":[ "one\\u000a" ,"tw\\u006f\\n" ,"three" ]}],"nbformat":4}'
    )
    file = read_notebook(text.encode())
    assert [cell.source for cell in file.cells] == ["café / é", "one\ntwo\nthree"]
    assert file.with_sources({}) == text
    assert file.with_sources({1: "café / é"}) == text
    assert file.with_sources({2: "one\n2\nthree"}) == text.replace('"tw\\u006f\\n"', '"2\\n"')
    assert file.with_sources({2: "one\ntwo\nthree\nfour é"}) == text.replace(
        '"three" ]', '"three\\n" ,"four é" ]'
    )
    assert file.with_sources({1: "x", 2: "one"}) == text.replace(
        '"caf\\u00e9 \\/ é"', '"x"'
    ).replace('"one\\u000a" ,"tw\\u006f\\n" ,"three"', '"one"')


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [1, 2, None])
def test_written_as_jupyter_does(indent: int | None, ascii_only: bool) -> None:
    before, after = "a = 'ü'\nb\n\nc = 1", "import os\na = 'ü'\nb = 'ß'\n\nc = 1\n"
    others = [markdown("ü"), code("x")]
    text = saved(notebook(code(before), *others), indent=indent, ascii_only=ascii_only)
    changed = saved(notebook(code(after), *others), indent=indent, ascii_only=ascii_only)
    assert read_notebook(text.encode()).with_sources({1: after}) == changed


_TEXTS = st.lists(st.sampled_from(["a", "b\n", "\n", "é", "\r\n", '"', "\u2028", "\ud800"])).map(
    "".join
)


def _sources(cell: Json) -> Any:
    return cell["source"]


@given(st.lists(st.tuples(_TEXTS, _TEXTS, st.booleans()), max_size=4), st.booleans())
def test_what_was_written_is_read(cells: list[tuple[str, str, bool]], ascii_only: bool) -> None:
    written = [code(old) if in_lines else {**code(""), "source": old} for old, _, in_lines in cells]
    data = json.dumps(notebook(*written), ensure_ascii=ascii_only).encode(errors="replace")
    file = read_notebook(data)
    text = file.with_sources({number: new for number, (_, new, _) in enumerate(cells, 1)})
    back = read_notebook(text.encode())
    assert [cell.source for cell in back.cells] == [new for _, new, _ in cells]
    for cell, (_, _, in_lines) in zip(json.loads(text)["cells"], cells, strict=True):
        assert isinstance(_sources(cell), list if in_lines else str)
        cell["source"] = ""
    assert json.loads(text)["metadata"] == notebook()["metadata"]


_WHOLE = json.dumps(notebook(code("a = 1\nb"), markdown("# T"), code("é")))


@given(
    st.integers(0, len(_WHOLE) - 1),
    st.integers(0, 3),
    st.text(alphabet='{}[],:"\\ \n01ae', max_size=3),
)
def test_what_is_no_json_is_damaged_and_nothing_else_fails(at: int, gone: int, put: str) -> None:
    text = _WHOLE[:at] + put + _WHOLE[at + gone :]
    try:
        found = read_notebook(text.encode())
    except UnreadableError:
        return
    expected = json.loads(text, strict=False)
    assert [cell.source for cell in found.cells] == [
        source if isinstance(source, str) else "".join(source)
        for source in map(_sources, expected["cells"])
    ]
    assert found.with_sources({}) == text
