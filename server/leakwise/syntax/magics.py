"""What stands for IPython's own syntax in a cell, so that the rest of the cell is Python.

The syntax is that of IPython 8's input transformers: a cell whose first line begins with `%%` is
handed whole to a cell magic, statements that begin with `%`, `!`, `?`, `,`, `;` or `/` are
commands, as are `name = %magic`, `name = !command` and what ends in `?`, and a cell of one
line may leave the `%` away.
"""

import re
from collections.abc import Sequence

from leakwise.syntax.layout import is_code, is_continued
from leakwise.syntax.lexical import scanned
from leakwise.syntax.parsing import SyntaxProblem, parse_lines

_PYTHON_CELLS = frozenset(
    {"capture", "debug", "ipytest", "prun", "pyinstrument", "scalene", "snakeviz", "time", "wandb"}
)
"""Cell magics that run their cell once, in the notebook's own names. `timeit` has names of its
own, and `python` and `writefile` are about other programs."""

_PYTHON_LINES = re.compile(r"%(?:time|prun)[ \t]+(?![-\s])")
"""Line magics that run what follows in the notebook's own names."""

_AUTOMATIC = frozenset(
    {
        *("alias", "autoreload", "cat", "cd", "clear", "conda", "config", "cp", "debug", "dhist"),
        *("env", "hist", "history", "less", "load", "load_ext", "ls", "mamba", "matplotlib"),
        *("micromamba", "mkdir", "more", "mv", "notebook", "pdb", "pip", "prun", "pwd", "pylab"),
        *("reload_ext", "rm", "rmdir", "run", "tensorboard", "time", "timeit", "uv", "who", "whos"),
    }
)
"""Magics that people write without their `%`."""

_MAY_HAVE_ANY = re.compile(r"[ \t]*[%!?,;/]|.*\?[ \t]*[\r\n]*\Z|.*=[ \t]*[%!]")
_ASSIGNED = re.compile(r"([\w.,* \t\[\]:]+=[ \t]*)[%!]")
_STRING_OR_COMMENT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|#.*", re.DOTALL)
_AUTOMATIC_LINE = re.compile(r"([a-z_]+)[ \t]+[^\s=(\[.,:]")

RUN = "0;"
"""What begins a line of which the rest is what a magic runs."""

_UNKNOWN = "get_ipython()"
_NOTHING = "pass"


def python_lines(lines: Sequence[str]) -> list[str]:
    """As many lines as a cell has, in which all is Python: a stand-in for each magic.

    What is Python in a line keeps its column. The cell's own list is given where it has no magic.
    """
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return list(lines)
    if lines[first].startswith("%%"):
        return _under_cell_magic(lines, first)
    if not any(map(_MAY_HAVE_ANY.match, lines)):
        return _automatic(lines, first)
    found = list(lines)
    quotes: str | None = None
    depth = 0
    number = first
    while number < len(lines):
        line = lines[number]
        if not quotes and not depth and is_code(line):
            stand_in = _stand_in(line)
            if stand_in is not None:
                number = _replaced(found, number, stand_in)
                continue
        quotes, depth = scanned(line, quotes, max(depth, 0))
        while not quotes and is_continued(lines[number]) and number + 1 < len(lines):
            number += 1
            quotes, depth = scanned(lines[number], quotes, max(depth, 0))
        number += 1
    return found


def _under_cell_magic(lines: Sequence[str], first: int) -> list[str]:
    name, _, rest = lines[first][2:].strip().partition(" ")
    head = [_ending(line) for line in lines[: first + 1]]
    if name not in _PYTHON_CELLS:
        return [*head, *(_ending(line) for line in lines[first + 1 :])]
    target = rest.strip()
    if name == "capture" and target.isidentifier():
        head[first] = f"{target} = {_UNKNOWN}{head[first]}"
    # A second magic below the first is a line magic, or runs the rest of the cell in turn.
    return [*head, *python_lines(lines[first + 1 :])]


def _automatic(lines: Sequence[str], first: int) -> list[str]:
    """The lines of a cell without a mark of a magic; one line alone may lack its mark."""
    match = _AUTOMATIC_LINE.match(lines[first])
    if match is None or match[1] not in _AUTOMATIC or any(map(is_code, lines[first + 1 :])):
        return list(lines)
    if not isinstance(parse_lines(lines), SyntaxProblem):
        return list(lines)
    found = list(lines)
    found[first] = _NOTHING + _ending(lines[first])
    return found


def _stand_in(line: str) -> str | None:
    """What stands for a line that begins a statement, without its end; None if it is Python."""
    space = line[: len(line) - len(line.lstrip(" \t\f"))]
    code = line[len(space) :].rstrip()
    if code[0] in "%!?,;/":
        timed = _PYTHON_LINES.match(code)
        if timed is not None:
            # As wide as the magic, so that the columns behind it stay.
            run = f"{RUN}{' ' * (timed.end() - len(RUN))}{code[timed.end() :]}"
            if not isinstance(parse_lines([run]), SyntaxProblem):
                return space + run
        return space + _NOTHING
    assigned = _ASSIGNED.match(code)
    if assigned is not None:
        return space + assigned[1] + _UNKNOWN
    if code.endswith("?") and _STRING_OR_COMMENT.sub("", code).endswith("?"):
        return space + _NOTHING
    return None


def _replaced(lines: list[str], number: int, stand_in: str) -> int:
    """Puts `stand_in` in the place of the command at line `number`; gives the line behind it."""
    while True:
        line = lines[number]
        lines[number] = stand_in + _ending(line)
        stand_in = ""
        number += 1
        if not line.rstrip("\r\n").endswith("\\") or number == len(lines):
            return number


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
