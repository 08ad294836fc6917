"""A workspace in which whatever is run leaves a mark."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.cli.running import write

NET = "from torch import nn\n\nclass Net(nn.Module):\n    pass\n"

# Imported by jedi by default; imported by ours; of Python's library; run by Python when it starts.
MODULES = (
    "gi/__init__.py",
    "gi/repository/__init__.py",
    "jedi/__init__.py",
    "parso/__init__.py",
    "numpy/__init__.py",
    "torch/__init__.py",
    "json.py",
    "pickle.py",
    "random.py",
    "sitecustomize.py",
    "usercustomize.py",
    "conftest.py",
    "setup.py",
)


def plant(workspace: Path, marks: Path) -> None:
    """Fills a workspace. Each thing in it that is run writes a file into `marks`; `works`
    shows that these would be there."""
    marks.mkdir()

    def mark(name: str) -> str:
        return f"open({str(marks / name)!r}, 'w').close()"

    environment = workspace / ".venv"
    packages = environment / "lib" / "python3.11" / "site-packages"
    write(
        workspace,
        {
            **{name: f"{mark(name.replace('/', '-'))}\n{NET}" for name in MODULES},
            "models/__init__.py": f"{mark('models')}\nfrom models.net import *\n",
            "models/net.py": f"{mark('models.net')}\n{NET}",
            "models/native.py": "from models._native import *\nfrom gi import Net as Other\n",
            "beside/net.py": NET,
            ".jedi/project.json": '[1, {"environment_path": ".venv/bin/python",'
            ' "load_unsafe_extensions": true, "path": "."}]',
            ".venv/pyvenv.cfg": "home = /nowhere\nversion = 3.11.7\n",
            ".venv/bin/python": f"#!/bin/sh\n: > '{marks}/interpreter'\n",
        },
    )
    write(
        packages,
        {
            "installed/__init__.py": f"{mark('installed')}\n{NET}",
            "a.pth": f"import os; {mark('pth')}\nimport\tos; {mark('pth-tab')}\n",
            "b.pth": f"\ufeffimport os; {mark('pth-mark')}\n",
            "c.pth": f"{workspace / 'beside'}\n# a comment\nmissing\n\0\n",
            "sitecustomize.py": mark("sitecustomize"),
        },
    )
    interpreter = environment / "bin" / "python"
    interpreter.chmod(0o755)
    for name in ("python3", "python3.11"):
        shutil.copy(interpreter, interpreter.with_name(name))
    extension = compiled(workspace.parent, marks)
    if extension is not None:
        suffix = sysconfig.get_config_var("EXT_SUFFIX")
        for place in (
            workspace / f"models/_native{suffix}",
            workspace / "_native.so",
            workspace / f"_json{suffix}",
            workspace / f"_socket{suffix}",
            packages / f"_installed{suffix}",
        ):
            shutil.copy(extension, place)


def compiled(folder: Path, marks: Path) -> Path | None:
    """A shared library that leaves a mark when it is loaded; None where nothing compiles."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform == "win32":
        return None
    source, library = folder / "native.c", folder / "native.so"
    source.write_text(
        "#include <stdio.h>\n__attribute__((constructor)) static void loaded(void)\n"
        f'{{ FILE *file = fopen("{marks / "extension"}", "w"); if (file) fclose(file); }}\n'
    )
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return library
