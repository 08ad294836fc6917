"""LG003 lazy-image-or-file-kept-open."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts
from leakwise.rule import (
    Applicability,
    Example,
    Finding,
    Fix,
    FixContext,
    GeneralSmell,
    Link,
    Negative,
    Practice,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.open_files import gathered_open
from leakwise_rules.releases import holder_of, leak_path
from leakwise_rules.wording import shown
from leakwise_rules.workers import in_dataset


class LazyImageOrFileKeptOpen(Rule):
    """Many files, or images that are not read yet, are kept open together.

    ## Why it leaks

    `Image.open()` reads a header and keeps the file open until the pixels are asked for; `open()`,
    `h5py.File()` and the like keep theirs until they are closed. Put into a list in a loop, each
    holds one descriptor of the process: 100 kept images held 100, and none after `load()`. The
    usual limit is 1,024.

    ## Best practice

    Read a lazily opened image or file inside a `with` block, and keep only its data.

    ## When it is not a leak

    `Image.open(path).convert("RGB")` and the like read the pixels, and the file is closed. A local
    handle that is dropped closes by itself. Files that are closed together behind the loop.
    """

    code = "LG003"
    name = "lazy-image-or-file-kept-open"
    message = (
        "`{holder}` keeps every {noun} that `{callee}` opens: each holds a file descriptor until "
        "it is {released}."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = (
        Practice(
            "BP78",
            "Read a lazily opened image or array inside a `with` block and keep only its data.",
        ),
    )
    links = (
        Link(
            "Pillow: file handling",
            "https://pillow.readthedocs.io/en/stable/reference/open_files.html",
        ),
        Link(
            "An image is opened in a `with` block, in docTR",
            "https://github.com/mindee/doctr/pull/1598",
        ),
        Link(
            "A log file that was replaced is closed, in tf2rl",
            "https://github.com/keiohta/tf2rl/commit/6d152259bebddf4544350dc004ed2a4a7c9f05af",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from PIL import Image

                def load_all(paths):
                    images = []
                    for p in paths:
                        images.append(Image.open(p))  # leak
                    return images
            """,
            good="""
                import torch
                from PIL import Image

                def load_all(paths):
                    images = []
                    for p in paths:
                        images.append(Image.open(p).copy())
                    return images
            """,
        ),
        Example(
            bad="""
                import torch
                from PIL import Image

                photos = [Image.open(path) for path in paths]  # leak
                for photo in photos:
                    print(photo.size)
            """,
            good="""
                import torch
                from PIL import Image

                photos = [Image.open(path).copy() for path in paths]
                for photo in photos:
                    print(photo.size)
            """,
        ),
        Example(
            bad="""
                import h5py
                import torch

                class Shards:
                    def __init__(self, paths):
                        self.files = {}
                        for path in paths:
                            self.files[path] = h5py.File(path, "r")  # leak

                    def names(self):
                        return [sorted(file) for file in self.files.values()]
            """,
            good="""
                import h5py
                import torch

                class Shards:
                    def __init__(self, paths):
                        self.paths = paths

                    def names(self):
                        found = []
                        for path in self.paths:
                            with h5py.File(path, "r") as file:
                                found.append(sorted(file))
                        return found
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="`convert()` reads the pixels, and the file is closed.",
            code="""
                import torch
                from PIL import Image

                images = [Image.open(path).convert("RGB") for path in paths]
            """,
        ),
        Negative(
            why="The `with` block closes each file.",
            code="""
                import torch
                from PIL import Image

                images = []
                for path in paths:
                    with Image.open(path) as image:
                        images.append(image.convert("RGB"))
            """,
        ),
        Negative(
            why="What is opened on a buffer in memory holds no descriptor.",
            code="""
                import io
                import torch
                from PIL import Image

                images = []
                for blob in blobs:
                    images.append(Image.open(io.BytesIO(blob)))
                for figure in figures:
                    buffer = io.BytesIO()
                    figure.savefig(buffer)
                    images.append(Image.open(buffer))
            """,
        ),
        Negative(
            why="The file that an image was opened on is closed.",
            code="""
                import torch
                from PIL import Image

                headers = []
                for path in paths:
                    with open(path, "rb") as file:
                        headers.append(Image.open(file))
            """,
        ),
        Negative(
            why="A local file that is dropped closes by itself.",
            code="""
                import torch

                texts = []
                for path in paths:
                    file = open(path)
                    texts.append(file.read())
            """,
        ),
        Negative(
            why="Two files are two descriptors.",
            code="""
                import torch

                files = [open(name) for name in ("train.txt", "valid.txt")]
                for file in files:
                    print(len(file.readlines()))
            """,
        ),
        Negative(
            why="All of them are closed behind the loop.",
            code="""
                import torch

                def merge(paths):
                    files = [open(path) for path in paths]
                    lines = [file.readline() for file in files]
                    for file in files:
                        file.close()
                    return lines
            """,
        ),
        Negative(
            why="The class closes its files.",
            code="""
                import h5py
                import torch

                class Shards:
                    def __init__(self, paths):
                        self.files = [h5py.File(path, "r") for path in paths]

                    def close(self):
                        for file in self.files:
                            file.close()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if in_dataset(body):
            return
        for taken, loop in gathered_open(body):
            lazy = bool(taken.resource.consumed_by)
            yield self.report(
                taken.place,
                *leak_path(body, taken, loop),
                certainty=taken.what.certainty,
                anchors={"image": (taken.place,) if lazy else ()},
                holder=shown(holder_of(body, taken) or "the list"),
                noun="image" if lazy else taken.resource.noun,
                callee=shown(taken.callee),
                released="read" if lazy else "closed",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["image"], "copy"):
            yield Fix("Keep its pixels: `.copy()`", edits, Applicability.UNSAFE)
