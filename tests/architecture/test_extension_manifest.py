"""The settings in the VS Code extension's manifest are those of the server."""

import importlib.util
import json
from pathlib import Path

CLIENT = Path(__file__).parents[2] / "vscode-client"


def test_the_manifest_has_the_settings_of_the_server() -> None:
    path = CLIENT / "scripts/package_settings.py"
    spec = importlib.util.spec_from_file_location("package_settings", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (CLIENT / "package.json").read_text("utf-8")
    assert written == module.package_text(), f"run {path}"


def test_every_command_of_the_manifest_is_in_its_palette_once() -> None:
    commands = json.loads((CLIENT / "package.json").read_text("utf-8"))["contributes"]["commands"]
    names = [one["command"] for one in commands]
    assert len(set(names)) == len(names)
    source = (CLIENT / "src/common/commands.ts").read_text("utf-8")
    assert [name for name in names if f'"{name}"' not in source] == []
