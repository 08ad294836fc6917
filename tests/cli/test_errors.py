"""What users and systems do wrong: one clear message, the right status, no half-written file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import CLEAN, LEAK, environment, write

FOUND = "leak.py:12:14: LP001"
NOBODY = "setpriv --inh-caps=-all --bounding-set=-all"
"""Takes the superuser's right to read and write everything, where the tests run as one."""

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux")


def run(script: str, cwd: Path, **variables: str) -> tuple[int, str, str]:
    """The status, output and errors of a line in bash that calls the installed `leakwise`."""
    path = f"{Path(sys.executable).parent}:{environment()['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        env=environment(PATH=path, **variables),
        capture_output=True,
        timeout=120,
        check=False,
    )
    out, err = (text.decode(errors="surrogateescape") for text in (done.stdout, done.stderr))
    assert "Traceback" not in out + err, err
    assert "Exception ignored" not in err
    return done.returncode, out, err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, {"leak.py": LEAK, "empty/a.txt": "", "kept.txt": "kept"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("check --select LP0011", "no rule or group `LP0011` - did you mean `LP011` or `LP001`?"),
        ("check --output-format jsn", "'jsn' is not one of 'text'"),
        ("check --selct LP001", "No such option '--selct'."),
        ("chek", "No such command 'chek'"),
        ("check gone.py", "gone.py: does not exist - check the spelling"),
        ("check loop", "loop: leads to nothing - correct the link"),
        ("check --jobs none", "'none' is not a valid integer"),
        ("check --config gone.toml", "`--config gone.toml` is no file"),
        ("check --config 'select = 3'", "expected a list of strings, found `3`"),
        ("check --config 'select ='", "is not TOML"),
        ("check leak.py -o empty", "'empty' is a directory"),
        ("check -o *.py", "'leak.py' holds code, which would be lost - name another file"),
        ("baseline -o leak.py", "'leak.py' holds code, which would be lost"),
        ("check leak.py -o /dev/full", "/dev/full is no regular file - name another one"),
        ("check leak.py > /dev/full", "the output cannot be written (No space left on device)"),
        ("rule --all > /dev/full", "the output cannot be written (No space left on device)"),
        ("check gone.py 2> /dev/full", ""),
        ("check ''", "an empty text names nothing - write `.` for the current folder"),
        ("check --fix leak.py ''", "an empty text names nothing"),
        ("check --cache-dir '' leak.py", "an empty text names nothing"),
        ("check --environment '' leak.py", "`--environment` names no folder"),
        ("check ''/gone", "/gone: does not exist"),
        ("check leak.py/x", "leak.py/x: does not exist"),
        ("check --jobs 0", "0 is not in the range x>=1"),
        ("check --shard 3/2", "'3/2' is no part: write 1/4, 2/4, 3/4 and 4/4 for four parts."),
        ("check --shard 1/2 -", "standard input is one only"),
        ("check - leak.py", "cannot be checked together with paths"),
        ("check --stdin-filename a.py", "needs `-` as the path"),
        ("check --watch -", "`--watch` checks files and folders again; name some."),
        ("check --statistics --output-format sarif", "printed as text or json only"),
        ("check --select ''", "`--select` names no rule: write codes or names, or ALL."),
        ("check --select LP099", "no rule or group `LP099` - `leakwise rule --all` lists"),
        ("check --ignore retained-histry", "did you mean `retained-history`?"),
        ("check --severity LP001", "lacks a level: write `LP001=warning`"),
        ("check --severity LP001=bad", "expected one of `error`, `warning`, `information`"),
        ("check --per-file-ignores tests", "lacks a rule: write `tests:LP001`"),
        ("check --per-file-ignores 'a/**:LP999'", '"a/**": there is no rule or group `LP999`'),
        ("check --minimum-certainty maybe", "'maybe' is not one of 'sure'"),
        ("check --environment gone", "`--environment`: there is no folder"),
        ("check --exclude '[a'", "this pattern fits nothing - write it as in `.gitignore`"),
        ("check --config 'selct = []'", "no such setting - did you mean `select`?"),
        ("check --config leak.py", "leak.py:1: is not TOML"),
        ("check --baseline gone.json", "does not exist - record it with `leakwise baseline`"),
        ("check --baseline kept.txt", "kept.txt is damaged ("),
        ("check --changed", "is in no git repository - check a folder that is in one"),
        ("check --reason why", "`--reason` needs `--add-ignore`"),
        ("check --add-ignore --fix", "`--add-ignore` and `--fix` exclude one another"),
        ("check --exit-non-zero-on-fix", "needs `--fix`"),
        ("check leak.py -o gone/out.txt", "gone/out.txt cannot be written (No such file or"),
        ("check leak.py -o kept.txt/out.txt", "(Not a directory) - make its folder first"),
        ("check --cache-dir kept.txt", "Directory 'kept.txt' is a file"),
        ("merge-sarif gone.sarif", "gone.sarif does not exist - check the spelling"),
        ("merge-sarif kept.txt", "kept.txt is no JSON - write it with `leakwise check"),
        ("merge-sarif empty", "empty has no file *.sarif - name another folder"),
        ("baseline gone", "gone: does not exist - check the spelling"),
        ("baseline --output gone/a.json", "gone/a.json cannot be written"),
        ("config gone", "gone does not exist - check the spelling"),
        ("clean gone", "Directory 'gone' does not exist"),
        ("rule LP099", "There is no rule `LP099` - `leakwise rule --all` lists them."),
        ("completion tcsh", "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
        ("server --tcp --ws", "Choose one of `--stdio`, `--tcp` and `--ws`."),
        ("server --log-file empty/gone/a", "cannot be written (No such file or directory)"),
        ("debug values gone.py", "gone.py: does not exist - check the spelling"),
    ],
)
def test_what_cannot_run(folder: Path, arguments: str, message: str) -> None:
    (folder / "loop").symlink_to("loop")
    status, _, err = run(f"leakwise {arguments}", folder)
    assert status == 2
    assert message in err
    assert (folder / "kept.txt").read_text() == "kept"
    assert (folder / "leak.py").read_text() == LEAK


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("check /dev/zero", 1),
        ("check --baseline /dev/zero", 2),
        ("baseline --output /dev/zero", 2),
        ("merge-sarif /dev/zero", 2),
    ],
)
def test_a_device_is_not_read_to_its_end(folder: Path, arguments: str, status: int) -> None:
    found, _, err = run(f"ulimit -v 4000000; timeout 60 leakwise {arguments} leak.py", folder)
    assert "/dev/zero" in err
    assert "is a device - name a file" in err
    assert found == status


def test_a_pipe_is_read_until_its_writer_ends(folder: Path) -> None:
    status, out, err = run("leakwise check --output-format concise <(cat leak.py)", folder)
    assert (status, err) == (1, "")
    assert ":12:14: LP001" in out


@pytest.mark.parametrize(
    ("script", "status", "err"),
    [
        ("leakwise check empty", 0, "no Python files or notebooks found - name a file or another"),
        ("leakwise rule --all | true", 0, ""),
        ("leakwise check - <&-", 0, ""),
        ("leakwise check leak.py >&-", 1, ""),
        ("leakwise check leak.py 2>&-", 1, ""),
        ("leakwise check gone.py 2>&-", 2, ""),
        ("env -u HOME leakwise check leak.py", 1, ""),
        ("TMPDIR=/nonexistent leakwise check leak.py", 1, ""),
        ("cp leak.py ./--fix; rm leak.py; leakwise check -- --fix", 1, ""),
        ("leakwise check leak.py -o -; s=$?; [ ! -e ./- ] || s=9; exit $s", 1, ""),
        (
            "for i in {1..60}; do cp leak.py $i.py; done; ulimit -n 10;"
            " leakwise check --no-cache --jobs 2",
            2,
            "gives no more files (Too many open files) - allow more, as by `ulimit -n`",
        ),
        ("mkdir gone; cd gone; rmdir ../gone; leakwise check", 2, "does not exist any more - go"),
        ("mkdir gone; cd gone; rmdir ../gone; python -m leakwise rule LP001", 0, ""),
    ],
)
def test_what_lies_in_the_way(folder: Path, script: str, status: int, err: str) -> None:
    found, _, said = run(f"set -o pipefail; {script}", folder)
    assert (found, bool(said)) == (status, bool(err)), said
    assert err in said


def test_a_cache_that_cannot_be_kept(folder: Path) -> None:
    """Told where its folder was named; the project's own is left out without a word."""
    line = "leakwise check --output-format concise leak.py --cache-dir kept.txt/cache"
    status, out, err = run(line, folder)
    assert (status, out.startswith(FOUND)) == (1, True)
    assert err.startswith("leakwise: warning: ")
    assert "cannot keep what was found (Not a directory) - name another folder" in err
    assert len(err.splitlines()) == 1


def _can_mount() -> bool:
    script = "mount -t tmpfs none /mnt && umount /mnt"
    return (
        subprocess.run(
            ["unshare", "-m", "sh", "-c", script], check=False, capture_output=True
        ).returncode
        == 0
    )


@pytest.mark.skipif(not _can_mount(), reason="cannot mount a small disk")
def test_a_full_disk(folder: Path) -> None:
    """Nothing is half written, and what is found is told."""
    disk = folder / "disk"
    disk.mkdir()
    write(folder, {"old.txt": "of before"})
    fill = (
        "mount -t tmpfs -o size=64k none disk; cp leak.py old.txt disk; cd disk;"
        " cat /dev/zero > filler 2>/dev/null; before=$(sha256sum *.*);"
    )
    after = (
        '; status=$?; [ "$before" = "$(sha256sum *.*)" ] || echo CHANGED;'
        " find . -type f | sort >&2; exit $status"
    )
    for arguments, wanted, message in (
        ("check --output-format concise", 1, ""),
        ("check leak.py -o old.txt", 2, "old.txt cannot be written (No space left on device)"),
        ("check --fix --unsafe-fixes leak.py", 1, "leak.py: cannot be written (No space left"),
        ("check --add-ignore leak.py", 1, "leak.py: cannot be written (No space left"),
        ("baseline leak.py", 2, "cannot be written (No space left on device)"),
        ("check leak.py --cache-dir cache", 1, "cannot keep what was found (No space left"),
    ):
        script = f"{fill} leakwise {arguments}{after}"
        status, out, err = run(f"unshare -m bash -c '{script}'", folder)
        assert (status, "CHANGED" in out) == (wanted, False), err
        assert message in err
        *said, filler, leak, old = err.splitlines()
        assert [filler, leak, old] == ["./filler", "./leak.py", "./old.txt"], err
        assert not [one for one in said if one.startswith("./")], err
        assert len([one for one in said if one.startswith(("leakwise:", "Error:"))]) <= 1, err


def test_what_a_search_leaves_aside(folder: Path) -> None:
    (folder / "broken.py").symlink_to("gone.py")
    (folder / "circle.py").symlink_to("circle.py")
    (folder / "same").symlink_to(".")
    os.mkfifo(folder / "pipe.py")
    write(folder, {"long.py": "import torch\nx = '" + "a" * 10_000_000 + "'\n"})
    status, out, err = run("leakwise check --output-format concise", folder)
    assert (status, out.count("LP001")) == (1, 1)
    assert "long.py: is too large to be analysed" in err
    assert "pipe.py" not in err
    assert len(err.splitlines()) <= 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (b'extend = "leakwise.toml"\n', "leakwise.toml extends itself"),
        (b"select = \n", "is not TOML (Invalid value"),
        (b"\nselect = 3\n", "leakwise.toml:2: select: expected a list of strings, found `3`"),
        (b"\xff\xfe", "is not UTF-8 - save it as UTF-8"),
    ],
)
def test_settings_that_are_wrong(folder: Path, settings: bytes, message: str) -> None:
    write(folder, {"leakwise.toml": settings})
    status, out, err = run("leakwise check", folder)
    assert (status, out.startswith(FOUND)) == (2, True)
    assert message in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_names_that_are_no_text(tmp_path: Path, form: str) -> None:
    name = os.fsdecode(b"n\xff.py")
    write(tmp_path, {name: LEAK})
    line = f"leakwise check --output-format {form}"
    status, out, err = run(line, tmp_path, LANG="C", PYTHONIOENCODING="ascii")
    assert (status, err) == (1, "")
    assert "LP001" in out
    assert out.encode()


@pytest.mark.skipif(
    os.geteuid() == 0 and subprocess.run([*NOBODY.split(), "true"], check=False).returncode != 0,
    reason="cannot give up the superuser's rights",
)
def test_what_may_not_be_read_or_written(folder: Path) -> None:
    write(folder, {"secret.py": LEAK, "sub/a.py": LEAK, "clean.py": CLEAN})
    (folder / "secret.py").chmod(0)
    (folder / "sub").chmod(0)
    folder.chmod(0o555)
    before = sorted(os.listdir(folder))
    own = f"{NOBODY} " if os.geteuid() == 0 else ""
    try:
        status, out, err = run(f"{own}leakwise check --output-format concise", folder)
        assert (status, out.startswith(FOUND)) == (1, True)
        assert "sub: cannot be listed (Permission denied) - check its permissions" in err
        assert "secret.py: cannot be read (Permission denied) - make it readable" in err
        for arguments, wanted in (
            ("check -o out.txt leak.py", 2),
            ("baseline leak.py", 2),
            ("check --add-ignore leak.py", 1),
        ):
            status, _, err = run(f"{own}leakwise {arguments}", folder)
            assert (status, "cannot be written (Permission denied)" in err) == (wanted, True), err
        assert sorted(os.listdir(folder)) == before
        assert (folder / "leak.py").read_text() == LEAK
    finally:
        folder.chmod(0o755)
        (folder / "sub").chmod(0o755)
