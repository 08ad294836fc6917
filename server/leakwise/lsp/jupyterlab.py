"""How JupyterLab starts Leakwise: jupyter-lsp asks for this through an entry point."""

import sys
from typing import Any


def specification(manager: object) -> dict[str, dict[str, Any]]:
    """The server as jupyter-lsp wants it described, by its name.

    It runs in the environment that it is installed in. `-P` keeps the folder of the notebooks off
    the path of modules.
    """
    return {
        "leakwise": {
            "argv": [sys.executable, "-P", "-m", "leakwise", "server"],
            "display_name": "Leakwise",
            "languages": ["python"],
            "mime_types": ["text/x-python", "text/x-ipython"],
            "requires_documents_on_disk": False,
            "version": 2,
        }
    }
