"""Notebook files as Jupyter writes them."""

import json
from typing import Any

Json = dict[str, Any]


def code(source: str, **more: Any) -> Json:
    """A code cell, its source in lines."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "a1b2",
        "metadata": {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
        **more,
    }


def markdown(source: str) -> Json:
    """A cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def notebook(*cells: Json, language: str = "python", **more: Any) -> Json:
    """A notebook in nbformat 4.5."""
    kernel = {"display_name": "Kernel", "language": language, "name": "kernel"}
    return {
        "cells": list(cells),
        "metadata": {"kernelspec": kernel, "language_info": {"name": language}},
        "nbformat": 4,
        "nbformat_minor": 5,
        **more,
    }


def saved(content: Json, *, indent: int | None = 1, ascii_only: bool = False) -> str:
    """The text of the file."""
    return json.dumps(content, indent=indent, ensure_ascii=ascii_only) + "\n"
