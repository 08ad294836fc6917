"""LP030 lazy-file-handle-escapes-dataset."""

from collections.abc import Iterator

from leakwise.facts import Acquisition, BodyFacts, CallSite, Certainty, Release
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
    RelatedPlace,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.open_files import gathered_open
from leakwise_rules.releases import holder_of, leak_path
from leakwise_rules.wording import shown
from leakwise_rules.workers import SAMPLE_METHODS, has_workers, in_dataset, loaders_of


class LazyFileHandleEscapesDataset(Rule):
    """A data set opens a file for each sample and keeps it open.

    ## Why it leaks

    `Image.open()` reads a header and keeps the file open until the pixels are asked for. A data set
    that keeps such images, or other open files, holds one descriptor for each sample, and every
    worker process of the loader inherits them: 30 kept images held 30 descriptors, 30 kept `npz`
    archives as many; images that were converted in a `with` block held none. Large sets end at the
    limit of open files. A store of HDF5 or LMDB that the constructor opens is shared by all workers
    that are forked after it, with its position and its cache.

    ## Best practice

    Keep the paths. Open the file in a `with` statement inside `__getitem__`, and return loaded
    data. Open HDF5 or LMDB stores once for each worker, on first use.

    ## When it is not a leak

    A file that is closed, converted or read before it is kept. A local handle that does not leave
    its method. One store that is opened on first use, behind `if self.file is None`, or in the
    constructor of a data set that no worker processes read.
    """

    code = "LP030"
    name = "lazy-file-handle-escapes-dataset"
    message = "`{holder}` of this data set keeps the {noun} of {whose} `{callee}` open; {repair}."
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = (
        Practice(
            "BP38",
            "Open sample files in a `with` statement inside `__getitem__` and return loaded data, "
            "not lazy handles.",
        ),
        Practice(
            "BP39",
            "Open HDF5 and LMDB stores once per worker on first use, never in `__init__` before "
            "workers start.",
        ),
    )
    links = (
        Link(
            "Pillow: file handling in Pillow",
            "https://pillow.readthedocs.io/en/stable/reference/open_files.html",
        ),
        Link(
            "Images stayed open, and large sets hit the limit, in gaussian-splatting",
            "https://github.com/graphdeco-inria/gaussian-splatting/pull/309",
        ),
        Link(
            "Images are closed after conversion, in docTR",
            "https://github.com/mindee/doctr/pull/1598",
        ),
        Link(
            "Too many open files from decoded images, in datasets",
            "https://github.com/huggingface/datasets/issues/3985",
        ),
        Link(
            "HDF5 handles that workers inherited, in scPortrait",
            "https://github.com/MannLabs/scPortrait/pull/327",
        ),
    )
    examples = (
        Example(
            bad="""
                from PIL import Image
                from torch.utils.data import Dataset

                class Photos(Dataset):
                    def __init__(self, paths):
                        self.images = [Image.open(p) for p in paths]  # leak

                    def __len__(self):
                        return len(self.images)

                    def __getitem__(self, i):
                        return to_tensor(self.images[i])
            """,
            good="""
                from PIL import Image
                from torch.utils.data import Dataset

                class Photos(Dataset):
                    def __init__(self, paths):
                        self.paths = paths

                    def __len__(self):
                        return len(self.paths)

                    def __getitem__(self, i):
                        with Image.open(self.paths[i]) as img:
                            return to_tensor(img.convert("RGB"))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from PIL import Image
                from torch.utils.data import Dataset

                class Icons(Dataset):
                    def __init__(self, folder, labels):
                        self.labels = labels
                        self.icons = {}
                        for label in set(labels):
                            self.icons[label] = Image.open(folder / label)  # leak

                    def __getitem__(self, i):
                        return to_tensor(self.icons[self.labels[i]])
            """,
            good="""
                from PIL import Image
                from torch.utils.data import Dataset

                class Icons(Dataset):
                    def __init__(self, folder, labels):
                        self.labels = labels
                        self.icons = {}
                        for label in set(labels):
                            self.icons[label] = Image.open(folder / label).copy()

                    def __getitem__(self, i):
                        return to_tensor(self.icons[self.labels[i]])
            """,
        ),
        Example(
            bad="""
                import h5py
                from torch.utils.data import Dataset

                class Volumes(Dataset):
                    def __init__(self, paths):
                        self.paths = paths
                        self.files = {}

                    def __getitem__(self, i):
                        if i not in self.files:
                            self.files[i] = h5py.File(self.paths[i], "r")  # leak
                        return self.files[i]["volume"][:]
            """,
            good="""
                import h5py
                from torch.utils.data import Dataset

                class Volumes(Dataset):
                    def __init__(self, paths):
                        self.paths = paths

                    def __getitem__(self, i):
                        with h5py.File(self.paths[i], "r") as file:
                            return file["volume"][:]
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import h5py
                import torch

                class Shards(torch.utils.data.Dataset):
                    def __init__(self, paths):
                        self.files = []
                        for path in paths:
                            self.files.append(h5py.File(path, "r"))  # leak

                    def __len__(self):
                        return sum(len(file["x"]) for file in self.files)

                    def __getitem__(self, i):
                        return torch.from_numpy(self.files[i]["x"][:])
            """,
            good="""
                import h5py
                import torch

                class Shards(torch.utils.data.Dataset):
                    def __init__(self, paths):
                        self.paths = paths

                    def __len__(self):
                        return len(self.paths)

                    def __getitem__(self, i):
                        with h5py.File(self.paths[i], "r") as file:
                            return torch.from_numpy(file["x"][:])
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Lines that are read from a file do not keep it.",
            code="""
                from os.path import join
                from torch.utils.data import Dataset

                class Annotated(Dataset):
                    def __init__(self, root, splits):
                        self.ids = []
                        for split in splits:
                            for line in open(join(root, split + ".txt")):
                                self.ids.append((root, line.strip()))

                    def __getitem__(self, i):
                        return self.ids[i]
            """,
        ),
        Negative(
            why="The `with` statement closes the file of each sample.",
            code="""
                from PIL import Image
                from torch.utils.data import Dataset

                class Photos(Dataset):
                    def __init__(self, paths):
                        self.paths = paths

                    def __getitem__(self, i):
                        with Image.open(self.paths[i]) as img:
                            return to_tensor(img.convert("RGB"))
            """,
        ),
        Negative(
            why="`convert()` reads the pixels before the image is kept.",
            code="""
                from PIL import Image
                from torch.utils.data import Dataset

                class Photos(Dataset):
                    def __init__(self, paths):
                        self.images = [Image.open(p).convert("RGB") for p in paths]

                    def __getitem__(self, i):
                        return to_tensor(self.images[i])
            """,
        ),
        Negative(
            why="The image is a local of the method, and closed with it.",
            code="""
                from PIL import Image
                from torch.utils.data import Dataset

                class Photos(Dataset):
                    def __init__(self, paths):
                        self.paths = paths

                    def __getitem__(self, i):
                        image = Image.open(self.paths[i])
                        return to_tensor(image)
            """,
        ),
        Negative(
            why="One store is opened on first use.",
            code="""
                import h5py
                from torch.utils.data import Dataset

                class Store(Dataset):
                    def __init__(self, path):
                        self.path = path
                        self.file = None

                    def __getitem__(self, i):
                        if self.file is None:
                            self.file = h5py.File(self.path, "r")
                        return self.file["x"][i]
            """,
        ),
        Negative(
            why="The data set closes its files.",
            code="""
                import h5py
                from torch.utils.data import Dataset

                class Shards(Dataset):
                    def __init__(self, paths):
                        self.files = [h5py.File(path, "r") for path in paths]

                    def __getitem__(self, i):
                        return self.files[i]["x"][:]

                    def close(self):
                        for file in self.files:
                            file.close()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not in_dataset(body):
            return
        for taken, loop in gathered_open(body):
            lazy = bool(taken.resource.consumed_by)
            yield self.report(
                taken.place,
                *leak_path(body, taken, loop),
                certainty=taken.what.certainty,
                anchors={"image": (taken.place,) if lazy else ()},
                holder=shown(holder_of(body, taken) or "a container"),
                noun="image" if lazy else taken.resource.noun,
                whose="each sample of",
                callee=shown(taken.callee),
                repair="keep paths, open them in `__getitem__`",
            )
        for taken, loader in _shared_stores(body):
            yield self.report(
                taken.place,
                RelatedPlace(loader.place, "Each worker of this loader inherits the open store."),
                certainty=Certainty.LIKELY,
                anchors={"image": ()},
                holder=shown(taken.kept_at[0]),
                noun="store",
                whose="all samples from",
                callee=shown(taken.callee),
                repair="open it on first use, in each worker",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["image"], "copy"):
            yield Fix("Keep its pixels in memory: `.copy()`", edits, Applicability.UNSAFE)


def _shared_stores(body: BodyFacts) -> Iterator[tuple[Acquisition, CallSite]]:
    """The stores that a data set opens as it is made and reads samples from in the workers of a
    loader, to which no function is given that may open them anew."""
    class_ = body.class_
    if class_ is None or body.name != "__init__" or not body.mentions(*_STORE_NAMES):
        return
    if {"__getstate__", "__setstate__"} & {*class_.methods}:
        return
    loaders = [one for one in loaders_of(body, class_) if has_workers(one)]
    if not loaders or any(one.argument("worker_init_fn") is not None for one in loaders):
        return
    for taken in body.acquisitions:
        kept = taken.kept_at[0] if len(taken.kept_at) == 1 else ""
        attribute = kept.removeprefix(f"{body.instance_name}.")
        if taken.what.name not in _STORES or attribute == kept or taken.gathered:
            continue
        readers = class_.bodies_mentioning(attribute)
        if (
            body.fate(taken).release is Release.NEVER
            and set(class_.writers(attribute)) == {"__init__"}
            and any(one.name in SAMPLE_METHODS for one in readers)
        ):
            yield taken, loaders[0]


_STORES = frozenset({"h5py.File", "lmdb.open", "lmdb.Environment"})
"""What must not be open where processes are forked: https://lmdb.readthedocs.io,
https://github.com/MannLabs/scPortrait/pull/327."""
_STORE_NAMES = ("h5py", "lmdb", "File", "Environment")
