"""In which grad mode other files run a function, as answers tell."""

from pathlib import Path

import pytest

from leakwise.facts.symbols.questions import (
    FoundCallers,
    Question,
    answer_from_json,
    answer_to_json,
)
from leakwise.facts.terms.events import GradMode
from tests.sources.notebook_files import code, notebook, saved
from tests.symbols.inside import answering, written

CALLED = """
    def evaluate(model, data):
        return [model(x) for x in data]

    class Trainer:
        def validate(self, model, x):
            return model(x)
"""


def callers(root: Path, name: str) -> GradMode | None:
    answer = answering(root).answer(Question("callers", str(root / "pkg/evaluation.py"), name))
    assert isinstance(answer.found, FoundCallers)
    assert answer_from_json(answer_to_json(answer)) == answer
    return answer.found.grad


@pytest.mark.parametrize(
    ("caller", "grad"),
    [
        ("", None),
        ("from pkg.evaluation import evaluate\n", None),
        ("# evaluate\nimport pkg.evaluation\n", None),
        ("from pkg.evaluation import evaluate\nevaluate(m, d)\n", GradMode.ON),
        (
            "import torch, pkg.evaluation as e\nwith torch.no_grad():\n    e.evaluate(m, d)\n",
            GradMode.OFF,
        ),
        (
            "import torch\nfrom pkg import evaluate as ev\n@torch.no_grad()\ndef f(): ev(m, d)\n",
            GradMode.OFF,
        ),
        (
            "import torch\nfrom pkg.evaluation import evaluate\nwith torch.no_grad():\n"
            "    evaluate(m, d)\nevaluate(m, d)\n",
            GradMode.ON,
        ),
        ("from pkg.evaluation import evaluate\nrun(evaluate)\n", GradMode.UNKNOWN),
        (
            "import torch\nfrom pkg.evaluation import evaluate\ndef f(): return evaluate(m, d)\n"
            "with torch.no_grad():\n    f()\n",
            GradMode.OFF,
        ),
        (
            "from pkg.evaluation import *\nwith mine():\n    evaluate(m, d)\n",
            GradMode.UNKNOWN,
        ),
        ("def evaluate(): pass\nimport pkg.other\nevaluate()\n", None),
        ("def evaluate(): pass\nevaluate()\n", None),
        ("import pkg\nthing.evaluate()\n", GradMode.UNKNOWN),
    ],
)
def test_callers_of_a_function(tmp_path: Path, caller: str, grad: GradMode | None) -> None:
    files = {
        "pkg/__init__.py": "from .evaluation import evaluate\n",
        "pkg/evaluation.py": CALLED,
        "main.py": caller,
    }
    assert callers(written(tmp_path, files), "evaluate") == grad


def test_callers_in_notebooks(tmp_path: Path) -> None:
    root = written(tmp_path, {"pkg/__init__.py": "", "pkg/evaluation.py": CALLED})
    cells = ["%matplotlib inline\nimport torch\nfrom pkg.evaluation import evaluate"]
    cells += ["%%time\nwith torch.no_grad():\n    evaluate(model, data)"]
    (root / "main.ipynb").write_text(saved(notebook(*map(code, cells))))
    (root / "damaged.ipynb").write_text("evaluate pkg")
    assert callers(root, "evaluate") is GradMode.OFF


def test_callers_of_a_method(tmp_path: Path) -> None:
    files = {
        "pkg/evaluation.py": CALLED,
        "main.py": """
            import torch
            from pkg.evaluation import Trainer

            def main(model, x):
                trainer = Trainer()
                with torch.no_grad():
                    trainer.validate(model, x)
        """,
    }
    assert callers(written(tmp_path, files), "Trainer.validate") is GradMode.OFF
    written(tmp_path, {"more.py": "from pkg.evaluation import Trainer\nargs.validate(m, x)\n"})
    assert callers(tmp_path, "Trainer.validate") is GradMode.UNKNOWN


def test_callers_are_looked_up_again_after_changes(tmp_path: Path) -> None:
    root = written(tmp_path, {"pkg/evaluation.py": CALLED})
    asked = answering(root)
    question = Question("callers", str(root / "pkg/evaluation.py"), "evaluate")
    assert asked.answer(question).found == FoundCallers(None)
    caller = root / "main.py"
    caller.write_text("from pkg.evaluation import evaluate\nevaluate(1, 2)\n")
    asked.forget([str(caller)])
    assert asked.answer(question).found == FoundCallers(GradMode.ON)
    caller.unlink()
    asked.forget([str(caller)])
    assert asked.answer(question).found == FoundCallers(None)
