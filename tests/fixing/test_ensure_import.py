import pytest

from leakwise.fixing import FixContext
from leakwise.text import Document, apply_edits


def imported(code: str, module: str = "torch") -> str:
    document = Document.from_text("file:///x.py", code)
    return apply_edits(document, FixContext(document).ensure_import(module))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "import torch\n"),
        ("x = 1\n", "import torch\nx = 1\n"),
        ("# why\nx = 1\n", "# why\nimport torch\nx = 1\n"),
        ("import os", "import os\nimport torch"),
        ("import os\nx = 1\n", "import os\nimport torch\nx = 1\n"),
        ("import os\r\nx = 1\r\n", "import os\r\nimport torch\r\nx = 1\r\n"),
        ("import os\rx = 1\r", "import os\rimport torch\rx = 1\r"),
        (
            "from a import (\n    b,\n)\nx = 1\n",
            "from a import (\n    b,\n)\nimport torch\nx = 1\n",
        ),
        ('"""Doc.\nimport a\n"""\nx = 1\n', '"""Doc.\nimport a\n"""\nimport torch\nx = 1\n'),
        (
            "from __future__ import annotations\nx = 1\n",
            "from __future__ import annotations\nimport torch\nx = 1\n",
        ),
        (
            "import o\ntry:\n    import a\nexcept E:\n    a = b\nimport c\nx = 1\n",
            "import o\ntry:\n    import a\nexcept E:\n    a = b\nimport c\nimport torch\nx = 1\n",
        ),
        (
            "import os\nif x:\n    import a\ny = 1\n",
            "import os\nimport torch\nif x:\n    import a\ny = 1\n",
        ),
        (
            "import os\ndef f():\n    import torch\nimport late\n",
            "import os\nimport torch\ndef f():\n    import torch\nimport late\n",
        ),
        ("import torch as t\n", "import torch as t\nimport torch\n"),
        ("from torch import nn\n", "from torch import nn\nimport torch\n"),
        ("import torchvision\n", "import torchvision\nimport torch\n"),
        (
            "if TYPE_CHECKING:\n    import torch\n",
            "import torch\nif TYPE_CHECKING:\n    import torch\n",
        ),
        ("x y\nimport os\nz = (\n", "x y\nimport os\nimport torch\nz = (\n"),
        ("s = '''\nimport a\n'''\n", "import torch\ns = '''\nimport a\n'''\n"),
    ],
)
def test_import_joins_the_others(before: str, after: str) -> None:
    assert imported(before) == after


@pytest.mark.parametrize(
    "code",
    [
        "import torch\n",
        "import os, torch\n",
        "import torch.nn\n",
        "try:\n    import torch\nexcept ImportError:\n    torch = None\n",
        "x = (\nimport torch\n",
        "def f(): pass\nimport torch\n",
    ],
)
def test_an_import_that_is_there_is_not_added(code: str) -> None:
    assert imported(code) == code


def test_submodules() -> None:
    assert imported("import torch\n", "torch.cuda") == "import torch\nimport torch.cuda\n"
    assert imported("import torch.cuda.amp\n", "torch.cuda") == "import torch.cuda.amp\n"


@pytest.mark.parametrize("code", ["", "x = 1\n", "import os\r\n", '"""Doc."""', "x = ("])
def test_a_second_time_changes_nothing(code: str) -> None:
    assert imported(imported(code)) == imported(code)
