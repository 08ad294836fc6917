"""Builds `.vsix` files: `python scripts/bundle.py TARGET|universal|all [--out FOLDER]`.

A target is a platform as VS Code names it, such as `linux-x64`: its file holds the server and its
libraries for each Python that Leakwise supports. Compiled modules carry the version of Python in
their names, so those of all versions lie side by side. The universal file holds no server.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

# What pip calls the platforms; the first that fits is taken.
PLATFORMS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux2014_x86_64"),
    "linux-arm64": ("manylinux_2_28_aarch64", "manylinux2014_aarch64"),
    "alpine-x64": ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64"),
    "alpine-arm64": ("musllinux_1_2_aarch64", "musllinux_1_1_aarch64"),
    "darwin-x64": ("macosx_11_0_x86_64",),
    "darwin-arm64": ("macosx_11_0_arm64",),
    "win32-x64": ("win_amd64",),
    "win32-arm64": ("win_arm64",),
}


def run(*words: object, folder: Path = CLIENT) -> str:
    """What a program prints; ends this one with its errors where it fails."""
    command = [str(word) for word in words]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return done.stdout


def install_server(target: str, libraries: Path, pythons: tuple[str, ...], work: Path) -> None:
    """Puts Leakwise and its libraries into a folder, for a platform and for each Python."""
    pip = [sys.executable, "-m", "pip"]
    run(*pip, "wheel", "-q", "--no-deps", "--wheel-dir", work, CLIENT.parent)
    (wheel,) = work.glob("leakwise-*.whl")
    versions = work / "versions.txt"
    versions.touch()
    for python in pythons:
        one = work / python
        platforms = [word for name in PLATFORMS[target] for word in ("--platform", name)]
        fitting = ["--python-version", python, "--only-binary", ":all:", *platforms]
        # All Pythons get the versions of the first: their files are laid over one another.
        run(*pip, "install", "-q", "--target", one, *fitting, "-c", versions, wheel)
        if python == pythons[0]:
            frozen = run(*pip, "freeze", "--path", one).splitlines()
            kept = [line for line in frozen if not line.startswith("leakwise")]
            versions.write_text("\n".join(kept), "utf-8")
        shutil.rmtree(one / "bin", ignore_errors=True)
        shutil.copytree(one, libraries, dirs_exist_ok=True)


def package(target: str, out: Path, pythons: tuple[str, ...] = PYTHONS) -> Path:
    """Builds the file of a target, or the universal one."""
    out.mkdir(parents=True, exist_ok=True)
    file = out.resolve() / f"leakwise-{target}.vsix"
    bundled = CLIENT / "bundled"
    shutil.rmtree(bundled, ignore_errors=True)
    options: list[str] = []
    try:
        if target != "universal":
            bundled.mkdir()
            shutil.copy(CLIENT / "scripts/start.py", bundled / "start.py")
            with tempfile.TemporaryDirectory() as work:
                install_server(target, bundled / "libs", pythons, Path(work))
            # A search for secrets in thousands of files of libraries takes minutes.
            options = ["--target", target, "--allow-package-all-secrets"]
        run("npm", "run", "-s", "package", "--", "--out", file, *options)
    finally:
        shutil.rmtree(bundled, ignore_errors=True)
    return file


def main() -> None:
    """Builds what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("target", choices=[*PLATFORMS, "universal", "all"])
    parser.add_argument("--out", type=Path, default=CLIENT / "dist")
    parser.add_argument("--python", action="append", help="only for this version of Python")
    chosen = parser.parse_args()
    targets = [*PLATFORMS, "universal"] if chosen.target == "all" else [chosen.target]
    for target in targets:
        sys.stdout.write(f"{package(target, chosen.out, tuple(chosen.python or PYTHONS))}\n")


if __name__ == "__main__":
    main()
