"""What answers say of small projects, and how they change with their files."""

import os
from pathlib import Path

import pytest

from leakwise.facts import Graph, Kind
from leakwise.facts.reading import Files
from leakwise.facts.symbols.questions import (
    About,
    Found,
    FoundClass,
    FoundCode,
    FoundFunction,
    FoundModule,
    FoundValue,
    Question,
    address,
    answer_from_json,
    answer_to_json,
    question_from_json,
    question_to_json,
)
from leakwise.sources import Overlay, path_to_uri
from leakwise.text import Document
from tests.symbols.inside import answering, written

NET = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Linear(2, 2)
            self.seen = []

        def forward(self, x):
            self.seen.append(1)
            return self.body(x)

        def reset(self):
            self.seen.clear()

        @property
        def width(self):
            return 2

    class Plain:
        def close(self):
            pass
"""


def found(root: Path, name: str, folder: str = "", *, about: About = "symbol") -> Found | None:
    """What is found of a name; every answer survives being JSON."""
    question = Question(about, str(root / folder), name)
    answer = answering(root).answer(question)
    assert question_from_json(question_to_json(question)) == question
    assert answer_from_json(answer_to_json(answer)) == answer
    return answer.found


def returned(root: Path, name: str) -> str:
    """What a function returns: its kind, and the graph where it is a tensor."""
    function = found(root, name)
    assert isinstance(function, FoundFunction)
    value = function.returns
    if value is None:
        return "nothing"
    return f"{value.kind} {value.graph.name.lower()}" if value.is_tensor else str(value.kind)


def test_a_network(tmp_path: Path) -> None:
    net = found(written(tmp_path, {"net.py": NET}), "net.Net")
    assert isinstance(net, FoundClass)
    assert net.address == address(str(tmp_path / "net.py"), "Net")
    assert net.kind is Kind.MODULE
    assert net.complete
    assert net.ancestors == {"torch.nn.Module"}
    assert net.methods == {"__init__", "forward", "reset", "width"}
    assert net.writes == {"body", "seen"}


def test_what_is_asked_for_as_a_value(tmp_path: Path) -> None:
    code = "import torch\nscale = torch.zeros(3)\ndef step():\n    pass\nclass Plain:\n    pass\n"
    passing = "from parts import Plain, scale, step\nimport parts\n"
    root = written(tmp_path, {"parts.py": code, "passing.py": passing})
    for file in ("parts", "passing"):
        assert found(root, f"{file}.step", about="value") == FoundCode()
        assert found(root, f"{file}.Plain", about="value") == FoundCode()
        assert found(root, f"{file}.nothing", about="value") is None
        scale = found(root, f"{file}.scale", about="value")
        assert isinstance(scale, FoundValue)
        assert scale == found(root, f"{file}.scale")
        assert scale.value.kind is Kind.TENSOR
    assert found(root, "parts", about="value") == FoundModule()


def test_a_class_without_bases(tmp_path: Path) -> None:
    plain = found(written(tmp_path, {"net.py": NET}), "net.Plain")
    assert isinstance(plain, FoundClass)
    assert (plain.kind, plain.complete) == (Kind.INSTANCE, True)


def test_a_class_inside_a_class(tmp_path: Path) -> None:
    code = """
        class Base:
            class Parts:
                def close(self):
                    pass

        class Net(Base):
            pass
    """
    root = written(tmp_path, {"net.py": code})
    for name in ("net.Base.Parts", "net.Net.Parts"):
        parts = found(root, name)
        assert isinstance(parts, FoundClass)
        assert parts.methods == {"close"}


def test_bases_in_other_files(tmp_path: Path) -> None:
    files = {
        "models/net.py": NET,
        "models/__init__.py": "from .big import Big, Odd\n",
        "models/big.py": """
            from .net import Net
            from nowhere import Unseen

            class Big(Net):
                def encode(self, x):
                    return self.body(x)

            class Odd(Net, Unseen):
                pass
        """,
    }
    written(tmp_path, files)
    big = found(tmp_path, "models.Big")
    assert isinstance(big, FoundClass)
    assert big.address == address(str(tmp_path / "models/big.py"), "Big")
    assert (big.kind, big.complete) == (Kind.MODULE, True)
    assert big.methods >= {"encode", "forward", "reset"}
    assert big.writes >= {"body", "seen"}
    odd = found(tmp_path, "models.Odd")
    assert isinstance(odd, FoundClass)
    assert not odd.complete


@pytest.mark.parametrize(
    ("code", "returns"),
    [
        ("return Net()", "module"),
        ("return Net()(x)", "output attached"),
        ("with torch.no_grad():\n            return Net()(x)", "output detached"),
        ("return Net()(x).sum().item()", "number"),
        ("return [1, 2]", "container"),
        ("yield Net()", "container"),
        ("print(x)", "nothing"),
        ("raise NotImplementedError", "unknown"),
        ("return x.unheard_of()", "unknown"),
    ],
)
def test_what_functions_return(tmp_path: Path, code: str, returns: str) -> None:
    files = {
        "net.py": NET,
        "build.py": f"""
    import torch
    from net import Net

    def build(x):
        {code}
""",
    }
    assert returned(written(tmp_path, files), "build.build") == returns


def test_a_decorator_that_is_not_known_may_change_everything(tmp_path: Path) -> None:
    code = """
        import functools
        from net import Net
        from somewhere import wrapped

        @wrapped
        def build():
            return Net()

        @functools.lru_cache
        def kept():
            return Net()
    """
    root = written(tmp_path, {"net.py": NET, "build.py": code})
    assert returned(root, "build.build") == "unknown"


def test_functions_that_train_or_clear(tmp_path: Path) -> None:
    code = """
        from keras import backend
        from tensorflow import keras

        def step(loss):
            loss.backward()

        def epoch(losses):
            for loss in losses:
                step(loss)
            backend.clear_session()
    """
    epoch = found(written(tmp_path, {"steps.py": code}), "steps.epoch")
    assert isinstance(epoch, FoundFunction)
    assert epoch.trains == "backward"
    assert epoch.calls == {"keras.backend.clear_session"}


def test_members_of_objects(tmp_path: Path) -> None:
    root = written(tmp_path, {"net.py": NET})
    net = address(str(tmp_path / "net.py"), "Net")
    body = found(root, f"{net}.body")
    assert isinstance(body, FoundValue)
    assert body.value.kind is Kind.MODULE
    forward = found(root, f"{net}.forward")
    assert isinstance(forward, FoundFunction)
    assert forward.returns is not None
    assert forward.returns.graph is Graph.ATTACHED
    width = found(root, f"{net}.width")
    assert isinstance(width, FoundValue)
    assert width.value.kind is Kind.NUMBER


def test_names_that_are_passed_on(tmp_path: Path) -> None:
    files = {
        "net.py": NET,
        "common.py": "from torch import nn\nfrom net import *\nimport torch.nn.functional as F\n",
        "circle.py": "from other_circle import gone\n",
        "other_circle.py": "from circle import gone\n",
    }
    root = written(tmp_path, files)
    nn = found(root, "common.nn")
    assert isinstance(nn, FoundValue)
    assert (nn.value.kind, nn.value.name) == (Kind.QUALIFIED, "torch.nn")
    assert isinstance(found(root, "common.Net"), FoundClass)
    assert isinstance(found(root, "common"), FoundModule)
    assert found(root, "circle.gone") is None
    assert found(root, "nowhere.Net") is None


def test_what_files_hold_at_the_top_level(tmp_path: Path) -> None:
    code = "from net import Net\nmodel = Net()\nhistory = []\nRATE = 0.1\nkind_of_net = Net\n"
    code += "made = RATE.unheard_of()\n"
    root = written(tmp_path, {"net.py": NET, "state.py": code})
    kinds = {}
    for name in ("model", "history", "RATE", "made"):
        value = found(root, f"state.{name}")
        assert isinstance(value, FoundValue)
        kinds[name] = value.value.kind
    assert kinds == {
        "model": Kind.MODULE,
        "history": Kind.CONTAINER,
        "RATE": Kind.NUMBER,
        "made": Kind.UNKNOWN,
    }
    assert found(root, "state.missing") is None
    assert found(root, "state.kind_of_net") == found(root, "net.Net")


def test_relative_imports(tmp_path: Path) -> None:
    root = written(tmp_path, {"a/net.py": NET, "a/b/use.py": "", "a/__init__.py": ""})
    assert isinstance(found(root, "..net.Net", "a/b"), FoundClass)
    assert isinstance(found(root, ".net.Net", "a"), FoundClass)
    assert found(root, ".net.Net", "a/b") is None


def test_stubs(tmp_path: Path) -> None:
    stub = """
        import torch
        from torch import nn

        class Net(nn.Module):
            def encode(self, x) -> torch.Tensor: ...

        def build() -> Net: ...
        def size(): ...
    """
    root = written(tmp_path, {"stubbed.pyi": stub})
    where = str(tmp_path / "stubbed.pyi")
    assert isinstance(found(root, address(where, "Net")), FoundClass)
    build = found(root, address(where, "build"))
    assert isinstance(build, FoundFunction)
    assert build.returns is not None
    assert (build.returns.kind, build.returns.name) == (Kind.MODULE, address(where, "Net"))
    assert returned(root, address(where, "size")) == "unknown"


def test_unsaved_text_counts_and_changes_are_followed(tmp_path: Path) -> None:
    root = written(tmp_path, {"build.py": "def build():\n    return 1\n"})
    overlay = Overlay(Files())
    asked = answering(root, overlay)
    question = Question("symbol", str(root), "build.build")

    def kind() -> Kind:
        function = asked.answer(question).found
        assert isinstance(function, FoundFunction)
        assert function.returns is not None
        return function.returns.kind

    assert kind() is Kind.NUMBER
    path = root / "build.py"
    text = "import torch\ndef build():\n    return torch.nn.Linear(1, 1)\n"
    overlay.put(path, Document.from_text(path_to_uri(path), text))
    asked.forget([str(path)])
    assert kind() is Kind.MODULE
    overlay.drop(path)
    path.write_text("def build():\n    return []\n")
    asked.forget([str(path)])
    assert kind() is Kind.CONTAINER


def test_an_answer_rests_on_all_that_was_read(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from .big import Big\n",
        "pkg/big.py": "from net import Net\nclass Big(Net): pass\n",
        "net.py": NET,
    }
    answer = answering(written(tmp_path, files)).answer(
        Question("symbol", str(tmp_path), "pkg.Big")
    )
    assert answer.lasting
    assert {os.path.relpath(one.path, tmp_path) for one in answer.depends} >= set(files)


_DAMAGED: tuple[list[object], ...] = (
    ["class"],
    ["value", 1],
    ["value", {}],
    ["value", {"kind": 3}],
    ["value", {"kind": "tensor", "items": 3}],
    ["function", {"kind": "tensor", "graph": 9}, "", [], [], False],
    ["function", None, "", [1], [], False],
    ["function", None, "", [], [1], False],
    ["function", None, "", [], [["value", "0", "total", "+", []]], False],
    ["function", None, "", [], [], 1],
    ["callers", "sideways"],
)


@pytest.mark.parametrize(
    "data",
    [None, 1, [], {}, {"found": 1}, {"found": None, "depends": [[1]], "lasting": True}]
    + [{"found": one, "depends": [], "lasting": True} for one in _DAMAGED],
)
def test_damaged_answers_are_refused(data: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        answer_from_json(data)


@pytest.mark.parametrize(
    "code", ["\0", "def f(:\n", "x = " + "(" * 500, "class Net(Net):\n  pass\n"]
)
def test_odd_files_are_no_trouble(tmp_path: Path, code: str) -> None:
    (tmp_path / "net.py").write_text(code)
    for name in ("net.Net", "net.f", "net", "net.Net.g", "..net", ".", ""):
        answering(tmp_path).answer(Question("symbol", str(tmp_path), name))
    for name in ("f", "Net.g", ""):
        answering(tmp_path).answer(Question("callers", str(tmp_path / "net.py"), name))
