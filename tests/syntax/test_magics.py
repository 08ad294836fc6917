"""What stands for IPython's own syntax."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakwise.syntax.magics import python_lines
from leakwise.text import split_lines


def python(text: str) -> str:
    lines = split_lines(text)
    found = python_lines(lines)
    assert len(found) == len(lines)
    return "".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "%%javascript in the middle",
        "!pip install torch",
        "!!ls",
        "?model",
        "model?",
        "torch.nn.Linear??",
        "%timeit model(x)",
        "%time for x in y: f(x)",
        "%prun -l 5 f()",
        ",f a b",
        ";f a b",
        "/f a",
        "%",
        "!echo 'it''s' (",
    ],
)
def test_commands_are_nothing(line: str) -> None:
    assert python(f"a\n{line}\nb") == "a\npass\nb"
    assert python(f"if a:\n    {line}\r\n    b") == "if a:\n    pass\r\n    b"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("files = !ls *.py", "files = get_ipython()"),
        ("a, b = %magic -x", "a, b = get_ipython()"),
        ("x: list=%sql SELECT", "x: list=get_ipython()"),
        ("%time x = f(y)", "0;    x = f(y)"),
        ("%prun f(y)", "0;    f(y)"),
    ],
)
def test_what_is_bound_is_unknown_and_what_is_run_stays(line: str, expected: str) -> None:
    assert python(f"{line}\nb") == f"{expected}\nb"
    assert python(f"for i in y:\n\t{line}") == f"for i in y:\n\t{expected}"


def test_commands_that_go_on() -> None:
    assert python("!pip install \\\n  torch \\\n  keras\na") == "pass\n\n\na"


@pytest.mark.parametrize(
    "text",
    [
        "x = (a\n  % b)",
        "x = a \\\n  % b",
        '"""\n%matplotlib\nWhat is this?\n!x\n"""',
        "f('''\n''', 1, '''\n!x''')",
        "x = 'what?'",
        "x = 1  # why?",
        "a != b",
        "a = b % c",
        "x = f(a, b='!ls')",
        "a == '%d' % b",
        "# %%time",
    ],
)
def test_python_stays(text: str) -> None:
    assert python(text) == text


@pytest.mark.parametrize(
    "magic", ["bash", "writefile a.py", "timeit", "html", "javascript", "script x"]
)
def test_cells_of_other_programs_are_blank(magic: str) -> None:
    assert python(f"\n%%{magic}\nls (\r\nx = 1") == "\n\n\r\n"


@pytest.mark.parametrize("magic", ["time", "capture", "capture --no-stderr", "prun -q"])
def test_cells_that_run_here_stay(magic: str) -> None:
    assert python(f"%%{magic}\nx = 1\n!ls") == "\nx = 1\npass"


def test_what_captures_is_bound() -> None:
    assert python("%%capture out\nx") == "out = get_ipython()\nx"


def test_a_magic_beneath_another() -> None:
    assert python("%%time\n%%bash\nls (") == "\n\n"


@pytest.mark.parametrize("line", ["pip install torch", "cd data", "run train.py", "ls -la"])
def test_one_line_needs_no_mark(line: str) -> None:
    assert python(line + "\n") == ("ls -la\n" if line == "ls -la" else "pass\n")
    assert python(f"{line}\nx = 1") == f"{line}\nx = 1"


def test_names_that_are_called_like_magics() -> None:
    for text in ("run = 1", "time.sleep(1)", "cat (x)", "pip in y"):
        assert python(text) == text


_MARKS = ["%", "%%", "!", "?", "=", "\n", '"""', "'", "(", ")", "#", "\\\n", " ", "time ", "a"]


@given(st.lists(st.sampled_from(_MARKS)).map("".join))
def test_never_fails(text: str) -> None:
    python(text)


@given(st.lists(st.sampled_from(["a", " ", '"""', "(", ")", "%", "\n", "#", "b"])).map("".join))
def test_what_parses_is_left_alone(text: str) -> None:
    try:
        ast.parse(text)
    except SyntaxError:
        return
    assert python(text) == text


def test_a_cell_with_all_of_it_parses() -> None:
    cell = """
    %load_ext autoreload
    import torch
    files = !ls
    for file in files:
        !cat {file}
        %time model = load(file)
    if model is None:
        ?load
    """
    ast.parse(python(textwrap.dedent(cell).strip()))
