"""Which files may import a function, by their import statements."""

from pathlib import Path

import pytest

from leakwise.facts.reading import Files
from leakwise.facts.symbols.project_index import ProjectIndex


@pytest.mark.parametrize(
    ("importer", "text", "reached"),
    [
        ("run.py", "from models.net import score", True),
        ("run.py", "import models", True),
        ("run.py", "from models import (\n    net,\n    other,\n)", True),
        ("run.py", "# net is imported elsewhere\nimport other", False),
        ("run.py", "from .models import score", True),
        ("run.py", "from .other import score", False),
        ("models/run.py", "from . import score", True),
        ("models/run.py", "from .other import score", True),
        ("models/parts/run.py", "from ..other import score", True),
        ("models/parts/run.py", "from .other import score", False),
        ("apart/run.py", "from ..other import score", False),
        ("apart/run.py", "from . import score", False),
    ],
)
def test_imports_that_reach_a_module(
    tmp_path: Path, importer: str, text: str, reached: bool
) -> None:
    target = tmp_path / "models" / "net.py"
    files = {"models/__init__.py": "", "models/net.py": "def score(): ...\n", importer: text}
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    index = ProjectIndex(Files(), lambda: tmp_path.rglob("*.py"))
    index.mentioning("score")
    where = str(tmp_path / importer)
    assert index.imports(where).reach(("net", "models"), where, str(target)) is reached
