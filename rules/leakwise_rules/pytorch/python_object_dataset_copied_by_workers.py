"""LP025 python-object-dataset-copied-by-workers."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, ClassFacts, Kind, Place
from leakwise.rule import (
    Example,
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
from leakwise_rules.graphs import attribute_of
from leakwise_rules.wording import shown
from leakwise_rules.workers import SAMPLE_METHODS, in_dataset, loaders_of, may_have_workers

_LOADS = ("json.load", "json.loads", "pickle.load", "yaml.safe_load", "yaml.load", "csv.reader")
_READS = ("readlines", "splitlines", "to_dict", "tolist")

_CONTAINERS = frozenset({Kind.CONTAINER})
_OBJECTS = frozenset({Kind.CONTAINER, Kind.UNKNOWN, Kind.OTHER})


class PythonObjectDatasetCopiedByWorkers(Rule):
    """A data set keeps a whole file as Python objects, and several workers read them.

    ## Why it leaks

    Forked workers share the data set's memory with the main process until one of them writes to it.
    Reading a Python object writes to it: its reference count changes, and the page that it lies on
    is copied. Through an epoch each worker so gets a copy of the whole list or dict. With 1.5
    million short strings and two workers the workers' private memory went from 22 to 144 MiB in one
    epoch; as one array of bytes it stayed at 25.

    ## Best practice

    Hold large data about the samples in a NumPy array of fixed width, a tensor, an Arrow table or a
    memory map: one object with one reference count, however many samples it tells of.

    ## When it is not a leak

    Without workers nothing is copied. Small lists, of class names or a few hundred paths, cost
    little. A data set that reads each sample from its file holds nothing.
    """

    code = "LP025"
    name = "python-object-dataset-copied-by-workers"
    message = (
        "`self.{attribute}` holds a whole file as Python objects, which each worker of the "
        "DataLoader copies as it reads them; use an array."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.DATA_PIPELINE_REPLICATION
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = (
        Practice(
            "BP33",
            "Hold large per-sample metadata in a numpy array, tensor or memory map, not in Python "
            "objects, when workers are forked.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.utils.data, multi-process data loading",
            "https://docs.pytorch.org/docs/stable/data.html",
        ),
        Link(
            "Memory of workers that grows as they read Python objects",
            "https://github.com/pytorch/pytorch/issues/13246",
        ),
        Link(
            "A list of strings climbs, an array does not",
            "https://github.com/pytorch/pytorch/issues/20433",
        ),
        Link(
            "40 GB per epoch for a dict that all workers read",
            "https://github.com/referit3d/referit3d/issues/5",
        ),
    )
    examples = (
        Example(
            bad="""
                from torch.utils.data import DataLoader, Dataset

                class Texts(Dataset):
                    def __init__(self, path):
                        with open(path) as f:
                            self.rows = [line.rstrip() for line in f]  # leak

                    def __len__(self):
                        return len(self.rows)

                    def __getitem__(self, i):
                        return encode(self.rows[i])

                loader = DataLoader(Texts("big.txt"), batch_size=64, num_workers=8)
            """,
            good="""
                import numpy as np
                from torch.utils.data import DataLoader, Dataset

                class Texts(Dataset):
                    def __init__(self, path):
                        with open(path) as f:
                            self.rows = np.array([line.rstrip().encode() for line in f])

                    def __len__(self):
                        return len(self.rows)

                    def __getitem__(self, i):
                        return encode(self.rows[i].decode())

                loader = DataLoader(Texts("big.txt"), batch_size=64, num_workers=8)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import json
                import torch
                from torch.utils import data

                class Captions(data.Dataset):
                    def __init__(self, file):
                        self.annotations = json.load(file)  # leak

                    def __len__(self):
                        return len(self.annotations)

                    def __getitem__(self, index):
                        return tokenize(self.annotations[index]["caption"])

                def train(file, step, workers):
                    captions = Captions(file)
                    for batch in data.DataLoader(captions, 32, num_workers=workers):
                        step(batch)
            """,
            good="""
                import json
                import numpy as np
                import torch
                from torch.utils import data

                class Captions(data.Dataset):
                    def __init__(self, file):
                        captions = [one["caption"] for one in json.load(file)]
                        self.captions = np.array([text.encode() for text in captions])

                    def __len__(self):
                        return len(self.captions)

                    def __getitem__(self, index):
                        return tokenize(self.captions[index].decode())

                def train(file, step, workers):
                    captions = Captions(file)
                    for batch in data.DataLoader(captions, 32, num_workers=workers):
                        step(batch)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from torch.utils.data import DataLoader, Dataset

                class Pairs(Dataset):
                    def __init__(self, path):
                        self.pairs = []
                        with open(path) as lines:
                            for line in lines:
                                self.pairs.append(line.split())  # leak

                    def __len__(self):
                        return len(self.pairs)

                    def __getitem__(self, i):
                        left, right = self.pairs[i]
                        return encode(left), encode(right)

                class Module:
                    def train_dataloader(self):
                        return DataLoader(Pairs(self.path), batch_size=8, num_workers=4)
            """,
            good="""
                import numpy as np
                from torch.utils.data import DataLoader, Dataset

                class Pairs(Dataset):
                    def __init__(self, path):
                        self.pairs = np.loadtxt(path, dtype="S64")

                    def __len__(self):
                        return len(self.pairs)

                    def __getitem__(self, i):
                        left, right = self.pairs[i]
                        return encode(left), encode(right)

                class Module:
                    def train_dataloader(self):
                        return DataLoader(Pairs(self.path), batch_size=8, num_workers=4)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Without workers nothing is copied.",
            code="""
                from torch.utils.data import DataLoader, Dataset

                class Texts(Dataset):
                    def __init__(self, path):
                        with open(path) as f:
                            self.rows = [line.rstrip() for line in f]

                    def __getitem__(self, i):
                        return encode(self.rows[i])

                loader = DataLoader(Texts("big.txt"), batch_size=64)
                other = DataLoader(Texts("big.txt"), batch_size=64, num_workers=0)
            """,
        ),
        Negative(
            why="Arrays and tensors are one object each.",
            code="""
                import numpy as np
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Rows(Dataset):
                    def __init__(self, path):
                        with open(path, "rb") as f:
                            self.rows = np.load(f)
                        self.labels = torch.load(path, map_location="cpu")

                    def __getitem__(self, i):
                        return self.rows[i], self.labels[i]

                loader = DataLoader(Rows("rows.npy"), batch_size=64, num_workers=8)
            """,
        ),
        Negative(
            why="A short list, and what the samples are not read from.",
            code="""
                import json
                from torch.utils.data import DataLoader, Dataset

                class Images(Dataset):
                    def __init__(self, paths, config):
                        self.paths = paths
                        self.classes = ["cat", "dog"]
                        with open(config) as f:
                            self.config = json.load(f)

                    def __getitem__(self, i):
                        return load(self.paths[i]), self.classes[0]

                loader = DataLoader(Images(paths, "config.json"), num_workers=8)
            """,
        ),
        Negative(
            why="No loader of this data set is in sight.",
            code="""
                from torch.utils.data import Dataset

                class Texts(Dataset):
                    def __init__(self, path):
                        with open(path) as f:
                            self.rows = [line.rstrip() for line in f]

                    def __getitem__(self, i):
                        return encode(self.rows[i])
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        class_ = body.class_
        if class_ is None or body.name != "__init__" or not in_dataset(body):
            return
        loaders = [loader for loader in loaders_of(body, class_) if may_have_workers(loader)]
        if not loaders:
            return
        found: dict[str, Place] = {}
        for path, place, kinds in _filled(body):
            attribute = attribute_of(path)
            if attribute not in found and _is_sampled(class_, attribute, kinds):
                found[attribute] = place
        for attribute, place in found.items():
            yield self._report(place, attribute, loaders)

    def _report(self, place: Place, attribute: str, loaders: list[CallSite]) -> Report:
        return self.report(
            place,
            RelatedPlace(loaders[0].place, "Each worker of this loader reads it."),
            certainty=Certainty.LIKELY,
            attribute=shown(attribute, 24),
        )


def _filled(body: BodyFacts) -> Iterator[tuple[str, Place, frozenset[Kind]]]:
    """The attributes that the content of a file is put into, where, and what they may then be."""
    instance = f"{body.instance_name}."
    for site in body.call_sites:
        loads = site.value.name in _LOADS or site.method in _READS
        if loads and site.bound_to is not None and site.bound_to.startswith(instance):
            yield site.bound_to, site.place, _OBJECTS
        elif loads or site.result.kind is Kind.FILE:
            # `self.rows = [json.loads(line) for line in open(path)]`.
            for relief in body.reliefs:
                if relief.path.startswith(instance) and site.statement.contains(relief.place):
                    yield relief.path, relief.place, _CONTAINERS
    for keeping in body.keepings:
        if any(one.over is not None and one.over.kind is Kind.FILE for one in keeping.loops):
            yield keeping.holder, keeping.place, _CONTAINERS
    for entering in body.entered:
        if entering.value.kind is not Kind.FILE:
            continue
        for keeping in body.keepings:
            if keeping.loops and entering.body.contains(keeping.place):
                yield keeping.holder, keeping.place, _CONTAINERS
        for relief in body.reliefs:
            if relief.path.startswith(instance) and entering.body.contains(relief.place):
                yield relief.path, relief.place, _CONTAINERS


def _is_sampled(class_: ClassFacts, attribute: str, kinds: frozenset[Kind]) -> bool:
    """Whether samples are read from an attribute that is one of these kinds, and not short."""
    value = class_.attribute(attribute)
    if value.length is not None or value.kind not in kinds:
        return False
    return any(body.name in SAMPLE_METHODS for body in class_.bodies_mentioning(attribute))
