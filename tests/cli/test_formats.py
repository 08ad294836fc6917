"""The forms for other programs, each read by a reader of its own, and what is told of a run."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from junitparser import JUnitXml
from sarif import loader
from sarif_pydantic import Sarif

from leakwise.cli.output import FORMATS
from tests.cli.running import CLEAN, LEAK, WASTE, command, environment, leakwise, write
from tests.sources.notebook_files import code, notebook, saved

MESSAGE = (
    "`total` keeps the autograd graph of every iteration, because `loss` is added with its graph"
)


def printed(folder: Path, form: str, *arguments: str) -> str:
    done = leakwise("check", "--output-format", form, *arguments, cwd=folder)
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, {"b/leak, 1.py": LEAK, "clean.py": CLEAN, "waste.py": WASTE})


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_tells_each_finding_once_and_fails(folder: Path, form: str) -> None:
    done = leakwise("check", "--output-format", form, cwd=folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count(MESSAGE) == (2 if form in ("junit", "sarif") else 1)
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_of_nothing(tmp_path: Path, form: str) -> None:
    done = leakwise("check", "--output-format", form, cwd=write(tmp_path, {"a.py": CLEAN}))
    assert (done.returncode, done.stderr) == (0, "")


def test_sarif(folder: Path) -> None:
    text = printed(folder, "sarif")
    (run,) = Sarif.model_validate_json(text).runs
    assert run.results is not None
    assert [one.rule_id for one in run.results] == ["LP001", "LP008"]
    assert [str(one.level) for one in run.results] == ["Level.WARNING", "Level.NOTE"]
    rules = run.tool.driver.rules
    assert rules is not None
    assert [one.id for one in rules] == ["LP001", "LP008"]
    assert all(one.help is not None and "## Why it leaks" in one.help.text for one in rules)
    (raw,) = json.loads(text)["runs"]
    leak = raw["results"][0]
    (place,) = (one["physicalLocation"] for one in leak["locations"])
    assert place["artifactLocation"] == {"uri": "b/leak%2C%201.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 12, "startColumn": 14, "endLine": 12, "endColumn": 18}
    assert [one["id"] for one in leak["relatedLocations"]] == [1, 2]
    (flow,) = leak["codeFlows"][0]["threadFlows"]
    rows = [one["location"]["physicalLocation"]["region"]["startLine"] for one in flow["locations"]]
    assert rows == [9, 7, 12]
    (fix,) = leak["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": ".item()"}


def test_another_tool_reads_the_sarif_log(folder: Path) -> None:
    leakwise("check", "--output-format", "sarif", "--output-file", "all.sarif", cwd=folder)
    records = loader.load_sarif_file(str(folder / "all.sarif")).get_records()
    assert {(one["Location"], one["Line"]) for one in records} == {
        ("b/leak%2C%201.py", 12),
        ("waste.py", 6),
    }


def test_fingerprints_stay_when_code_moves(tmp_path: Path) -> None:
    def fingerprint(text: str) -> list[str]:
        write(tmp_path, {"a.py": text})
        runs = json.loads(printed(tmp_path, "sarif"))["runs"]
        return [one["partialFingerprints"]["leakwise/v1"] for one in runs[0]["results"]]

    (before,) = fingerprint(LEAK)
    assert fingerprint(LEAK.replace("import torch\n", "import os\n\nimport torch\n", 1)) == [before]
    twice = fingerprint(LEAK + "".join(LEAK.splitlines(keepends=True)[5:]))
    assert len(set(twice)) == 2
    assert twice[0] == before
    write(tmp_path, {"a.py": LEAK})
    (issue,) = json.loads(printed(tmp_path, "gitlab"))
    assert issue["fingerprint"] == before


def test_gitlab(folder: Path) -> None:
    issues = json.loads(printed(folder, "gitlab"))
    assert [one["severity"] for one in issues] == ["major", "minor"]
    assert issues[0]["check_name"] == "accumulate-loss-with-graph"
    assert issues[0]["location"] == {
        "path": "b/leak, 1.py",
        "positions": {"begin": {"line": 12, "column": 14}, "end": {"line": 12, "column": 18}},
    }


def test_junit(folder: Path) -> None:
    report = JUnitXml.fromstring(printed(folder, "junit").encode())
    assert (report.tests, report.failures) == (3, 2)
    suites = {suite.name: [case.name for case in suite] for suite in report}
    assert suites == {"b/leak, 1.py": ["LP001"], "clean.py": ["leakwise"], "waste.py": ["LP008"]}


def test_junit_is_the_same_in_every_encoding(tmp_path: Path) -> None:
    write(tmp_path, {"\u00fc \u4e2d.py": LEAK})
    for encoding in ("latin-1", "ascii", "utf-8"):
        done = subprocess.run(
            command("check", "--output-format", "junit"),
            cwd=tmp_path,
            env=environment(PYTHONIOENCODING=encoding),
            capture_output=True,
            check=False,
        )
        (suite,) = JUnitXml.fromstring(done.stdout)
        assert suite.name == "\u00fc \u4e2d.py"


@pytest.mark.skipif(os.name == "nt", reason="no such names")
@pytest.mark.parametrize("form", [form for form in FORMATS if "json" not in form])
def test_names_do_not_steer_what_shows_the_log(tmp_path: Path, form: str) -> None:
    write(tmp_path, {"a\x1b[31m\n::error::b.py": LEAK})
    text = printed(tmp_path, form)
    assert "\x1b" not in text
    assert "\n::error" not in text


def test_github(folder: Path) -> None:
    first, second = printed(folder, "github").splitlines()
    assert first.startswith(
        "::warning title=leakwise LP001 (accumulate-loss-with-graph),"
        "file=b/leak%2C 1.py,line=12,endLine=12,col=14,endColumn=18::`total` keeps"
    )
    assert second.startswith("::notice title=leakwise LP008")


def test_azure(folder: Path) -> None:
    assert (
        printed(folder, "azure")
        .splitlines()[0]
        .startswith(
            "##vso[task.logissue type=warning;sourcepath=b/leak, 1.py;linenumber=12;"
            "columnnumber=14;code=LP001;]accumulate-loss-with-graph: `total` keeps"
        )
    )


@pytest.mark.parametrize(
    ("variable", "form", "shown"),
    [
        ("GITHUB_WORKSPACE", "github", "file=b/leak%2C 1.py,line=12"),
        ("CI_PROJECT_DIR", "gitlab", '"path": "b/leak, 1.py"'),
        ("BUILD_SOURCESDIRECTORY", "azure", "sourcepath=b/leak, 1.py;"),
        ("GITHUB_WORKSPACE", "sarif", '"uri": "b/leak%2C%201.py"'),
    ],
)
def test_pipelines_take_paths_from_the_repository(
    folder: Path, variable: str, form: str, shown: str
) -> None:
    """Wherever in it the step runs; what is kept was printed for one of both."""
    arguments = ("check", "--output-format", form)
    for _ in range(2):
        done = leakwise(*arguments, cwd=folder / "b", stdin=b"", **{variable: str(folder)})
        assert shown in done.stdout
        if form == "sarif":
            (run,) = json.loads(done.stdout)["runs"]
            assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": f"{folder.as_uri()}/"}}
        outside = leakwise(*arguments, cwd=folder / "b", stdin=b"", **{variable: str(folder / "c")})
        assert shown.replace("b/", "", 1) in outside.stdout


def test_pylint_and_json_lines(folder: Path) -> None:
    (first, _) = printed(folder, "pylint").splitlines()
    assert re.match(r"b/leak, 1\.py:12: \[LP001\(accumulate-loss-with-graph\), \] `total`", first)
    found = [json.loads(line) for line in printed(folder, "json-lines").splitlines()]
    assert found == json.loads(printed(folder, "json"))


def test_what_lies_in_a_notebook(tmp_path: Path) -> None:
    write(tmp_path, {"a.ipynb": saved(notebook(code("# %%"), code(LEAK)))})
    assert "line=1,endLine=1" in printed(tmp_path, "github")
    assert "::Cell 2, line 12: `total` keeps" in printed(tmp_path, "github")
    (result,) = json.loads(printed(tmp_path, "sarif"))["runs"][0]["results"]
    assert result["message"]["text"].startswith("Cell 2, line 12: ")
    assert "fixes" not in result


def test_an_output_file(folder: Path) -> None:
    done = leakwise("check", "--output-format", "json", "-o", "found.json", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert len(json.loads((folder / "found.json").read_text())) == 2
    done = leakwise("check", "-o", "no/such/found.txt", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written (No such file or directory) - make its folder first" in done.stderr


def test_statistics(folder: Path) -> None:
    assert printed(folder, "text", "--statistics") == (
        "1\tLP001\taccumulate-loss-with-graph\n1\tLP008\teval-mode-mistaken-for-no-grad\n"
    )
    assert json.loads(printed(folder, "json", "--statistics"))[0]["count"] == 1
    assert leakwise("check", "--statistics", "--output-format", "sarif", cwd=folder).returncode == 2


def test_exit_statuses(folder: Path) -> None:
    assert leakwise("check", "--exit-zero", cwd=folder).returncode == 0
    assert leakwise("check", "--exit-zero", "no-such", cwd=folder).returncode == 2
    broken = "import torch\ntorch.cuda.memory._record_memory_history()\n"
    for arguments, status in ((["--fix"], 0), (["--fix", "--exit-non-zero-on-fix"], 1)):
        write(folder, {"one/a.py": broken})
        assert leakwise("check", "one", *arguments, cwd=folder).returncode == status
    assert leakwise("check", "--exit-non-zero-on-fix", cwd=folder).returncode == 2


def test_the_files_that_would_be_checked(folder: Path) -> None:
    done = leakwise("check", "--show-files", "--exclude", "waste.py", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == ["b/leak, 1.py", "clean.py"]
    done = leakwise("check", "--show-files", "gone.py", "clean.py", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "clean.py\n")
    assert done.stderr == "leakwise: error: gone.py: does not exist - check the spelling\n"
    write(folder, {"leakwise.toml": "extend-exclude = ['b']\nignor = []\n"})
    done = leakwise("check", "--show-files", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "clean.py\nwaste.py\n")
    assert "2: ignor: there is no such setting - did you mean `ignore`?" in done.stderr


def test_a_comment_that_suppresses_nothing_is_told_of_like_a_leak(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": CLEAN.replace("loss.item()", "loss.item()  # leakwise: ignore")})
    (run,) = json.loads(printed(tmp_path, "sarif"))["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["LW001"]
    assert run["tool"]["driver"]["rules"][0]["properties"] == {"tags": []}
