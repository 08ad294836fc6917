"""Findings as a JUnit report: a suite for each file, a failed test for each finding."""

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as xml

from leakwise.cli.output.locating import message, relative, rows_and_columns
from leakwise.cli.output.printable import printable
from leakwise.cli.shown import CheckedFile, ShownFinding


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """One XML document; a file without findings is a test that passed."""
    found = sum(len(file.findings) for file in files)
    root = xml.Element("testsuites", name="leakwise", failures=str(found), errors="0")
    root.set("tests", str(sum(max(1, len(file.findings)) for file in files)))
    for file in files:
        _suite(root, file)
    xml.indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    # In ASCII, which is the same in whatever encoding the output has.
    yield xml.tostring(root, encoding="us-ascii", xml_declaration=False).decode()


def _suite(root: xml.Element, file: CheckedFile) -> None:
    path = printable(relative(file.path))
    suite = xml.SubElement(root, "testsuite", name=path, package="leakwise", errors="0")
    suite.set("tests", str(max(1, len(file.findings))))
    suite.set("failures", str(len(file.findings)))
    if not file.findings:
        xml.SubElement(suite, "testcase", name="leakwise", classname=path, time="0")
    for finding in file.findings:
        _case(suite, finding, path)


def _case(suite: xml.Element, finding: ShownFinding, path: str) -> None:
    row, column, _, _ = rows_and_columns(finding.place)
    case = xml.SubElement(suite, "testcase", name=finding.code, classname=path, time="0")
    case.set("line", str(row))
    case.set("column", str(column))
    text = printable(message(finding))
    failure = xml.SubElement(case, "failure", message=text, type=str(finding.severity))
    failure.text = f"line {row}, col {column}, {finding.name}: {text}"
