import pytest

from leakwise.fixing import FixContext
from leakwise.text import Document, apply_edits


def ensured(
    code: str, qualified: str, module: str | None = None, alias: str | None = None
) -> tuple[str, str] | None:
    """The spelling, and the code after the edits."""
    document = Document.from_text("file:///x.py", code)
    found = FixContext(document).ensure_name(qualified, module=module, alias=alias)
    return None if found is None else (found[0], apply_edits(document, found[1]))


@pytest.mark.parametrize(
    ("code", "qualified", "spelling"),
    [
        ("import torch\n", "torch.no_grad", "torch.no_grad"),
        ("import torch as th\n", "torch.no_grad", "th.no_grad"),
        ("from torch import nn, no_grad\n", "torch.no_grad", "no_grad"),
        ("from torch import no_grad as off\nimport torch\n", "torch.no_grad", "off"),
        ("import matplotlib.pyplot as plt\n", "matplotlib.pyplot.close", "plt.close"),
        ("from matplotlib import pyplot\n", "matplotlib.pyplot.close", "pyplot.close"),
        ("import matplotlib.pyplot\n", "matplotlib.pyplot.close", "matplotlib.pyplot.close"),
        ("try:\n    import torch\nexcept E:\n    torch = None\n", "torch.load", "torch.load"),
        ("def f():\n    import torch\n\nimport torch as t\n", "torch.load", "t.load"),
        ("x = = 1\nimport torch as t\n", "torch.load", "t.load"),
        ("import torch\nf(torch=torch)\n", "torch.load", "torch.load"),
    ],
)
def test_a_name_that_the_file_has(code: str, qualified: str, spelling: str) -> None:
    assert ensured(code, qualified) == (spelling, code)


@pytest.mark.parametrize(
    ("code", "qualified", "spelling", "after"),
    [
        ("", "torch.no_grad", "torch.no_grad", "import torch\n"),
        (
            "from torch import nn\n",
            "torch.load",
            "torch.load",
            "from torch import nn\nimport torch\n",
        ),
        (
            "import matplotlib\n",
            "matplotlib.pyplot.close",
            "matplotlib.pyplot.close",
            "import matplotlib\nimport matplotlib.pyplot\n",
        ),
        (
            "if TYPE_CHECKING:\n    import torch\n",
            "torch.load",
            "torch.load",
            "import torch\nif TYPE_CHECKING:\n    import torch\n",
        ),
        (
            "def f():\n    import torch\n",
            "torch.load",
            "torch.load",
            "import torch\ndef f():\n    import torch\n",
        ),
        (
            "import torch as t\ndef f(t): pass\n",
            "torch.load",
            "torch.load",
            "import torch as t\nimport torch\ndef f(t): pass\n",
        ),
        (
            "try:\n    import a as t\nexcept E:\n    import torch as t\n",
            "torch.load",
            "torch.load",
            "import torch\ntry:\n    import a as t\nexcept E:\n    import torch as t\n",
        ),
    ],
)
def test_an_import_is_added(code: str, qualified: str, spelling: str, after: str) -> None:
    assert ensured(code, qualified) == (spelling, after)
    assert ensured(after, qualified) == (spelling, after)


def test_modules_and_aliases() -> None:
    close = "matplotlib.pyplot.close"
    assert ensured("", close, alias="plt") == ("plt.close", "import matplotlib.pyplot as plt\n")
    clear = "tensorflow.keras.backend.clear_session"
    assert ensured("import tensorflow as tf\n", clear, "tensorflow") == (
        "tf.keras.backend.clear_session",
        "import tensorflow as tf\n",
    )
    assert ensured("x = 1\r\n", clear, "tensorflow", "tf") == (
        "tf.keras.backend.clear_session",
        "import tensorflow as tf\r\nx = 1\r\n",
    )
    assert ensured("from tensorflow import keras\n", clear, "tensorflow") == (
        "keras.backend.clear_session",
        "from tensorflow import keras\n",
    )


@pytest.mark.parametrize(
    "code",
    [
        "torch = 1\n",
        "import torch\ntorch = f(torch)\n",
        "import mytorch as torch\n",
        "from my import torch\n",
        "def f(torch): pass\n",
        "for torch in a: pass\n",
        "import torch\nx = = 1\ntorch = 2\n",
        "class torch: pass\n",
    ],
)
def test_a_name_in_use_for_something_else(code: str) -> None:
    assert ensured(code, "torch.load") is None


@pytest.mark.parametrize(
    ("qualified", "module"),
    [("", None), ("load", None), ("a..b", None), ("a.b", "c"), ("a b.c", None)],
)
def test_names_that_are_none(qualified: str, module: str | None) -> None:
    assert ensured("", qualified, module) is None
