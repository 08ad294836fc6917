"""Patterns of paths, asked of files and of the folders above them."""

import pytest

from leakwise.sources.patterns import PathPatterns


@pytest.mark.parametrize(
    ("top", "covered"), [("/", True), ("/work", True), ("/work/build", False), ("/other", False)]
)
def test_folders_above_a_file_count_below_the_top(top: str, covered: bool) -> None:
    assert PathPatterns([("", "build")]).covers("/work/build/train.py", top) is covered


def test_no_folder_up_to_the_root_of_the_disk_fits() -> None:
    assert not PathPatterns([("", "build")]).covers("/work/train.py", "/")
