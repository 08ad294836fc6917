"""LP026 per-worker-sample-cache."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Keeping, Kind
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

_SMALL = frozenset({Kind.NUMBER, Kind.OTHER, Kind.FILE, Kind.FUNCTION, Kind.CLASS, Kind.MODULE})
_SHARED = ("Manager", "share_memory_", "SharedMemory", "shared_memory", "RawArray")


class PerWorkerSampleCache(Rule):
    """A data set caches decoded samples in an attribute, once in each worker.

    ## Why it leaks

    Each worker of a DataLoader has its own copy of the data set, and fills a cache in it with the
    samples that it decodes. In the end each of them holds the whole decoded data set, so that the
    host's memory grows to that times the number of workers. Two workers over 60 MB of samples went
    from 78 to 124 MiB within four epochs, and stayed at 21 MiB without the cache.

    Without `persistent_workers=True` the workers, and their caches with them, are thrown away
    after each epoch, so that the cache never serves anybody.

    ## Best practice

    Cache decoded samples in one bounded store that all workers share: a tensor in shared memory, a
    memory map, or files on a local disk. Or decode each sample when it is asked for.

    ## When it is not a leak

    A loader without workers fills one cache, as large as the data set. A cache that drops old
    entries is bounded, and one that holds numbers, paths or open files is small. What is loaded in
    `__init__` is there before the workers are.
    """

    code = "LP026"
    name = "per-worker-sample-cache"
    message = (
        "`{holder}` keeps `{value}` of every sample, in each worker of the DataLoader anew; cache "
        "in memory that they share, or on disk."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.DATA_PIPELINE_REPLICATION
    general_smell = GeneralSmell.WRONG_CACHE
    practices = (
        Practice(
            "BP34",
            "Cache decoded samples in one shared, bounded store (shared tensor, memory map, disk), "
            "not in each worker's copy of the Dataset.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.utils.data, multi-process data loading",
            "https://docs.pytorch.org/docs/stable/data.html",
        ),
        Link(
            "One shared cache instead of one per worker, in torchdatasets",
            "https://github.com/szymonmaszke/torchdatasets/pull/17",
        ),
        Link(
            "Image caches shared across workers, in Ultralytics",
            "https://github.com/ultralytics/ultralytics/pull/26086",
        ),
        Link(
            "Cached data sets that use far more memory with several processes, in MONAI",
            "https://github.com/Project-MONAI/MONAI/issues/5930",
        ),
    )
    examples = (
        Example(
            bad="""
                from torch.utils.data import Dataset

                class Images(Dataset):
                    def __init__(self, paths):
                        self.paths = paths
                        self.cache = {}

                    def __len__(self):
                        return len(self.paths)

                    def __getitem__(self, i):
                        if i not in self.cache:
                            self.cache[i] = decode(self.paths[i])  # leak
                        return self.cache[i]
            """,
            good="""
                from torch.utils.data import Dataset

                class Images(Dataset):
                    def __init__(self, paths):
                        self.paths = paths

                    def __len__(self):
                        return len(self.paths)

                    def __getitem__(self, i):
                        return decode(self.paths[i])
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import numpy as np
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Volumes(Dataset):
                    loaded = {}

                    def __init__(self, files):
                        self.files = files

                    def __len__(self):
                        return len(self.files)

                    def __getitem__(self, index):
                        name = self.files[index]
                        if name not in self.loaded:
                            self.loaded[name] = torch.from_numpy(np.load(name))  # leak
                        return self.loaded[name]

                loader = DataLoader(Volumes(files), num_workers=8, persistent_workers=True)
            """,
            good="""
                import numpy as np
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Volumes(Dataset):
                    def __init__(self, files):
                        self.files = files

                    def __len__(self):
                        return len(self.files)

                    def __getitem__(self, index):
                        return torch.from_numpy(np.load(self.files[index], mmap_mode="c"))

                loader = DataLoader(Volumes(files), num_workers=8, persistent_workers=True)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Sounds(Dataset):
                    def __init__(self, clips, window):
                        self.clips, self.window = clips, window
                        self._spectra = dict()

                    def __len__(self):
                        return len(self.clips)

                    def __getitem__(self, i):
                        found = self._spectra.get(i)
                        if found is None:
                            found = torch.stft(self.clips[i], 512, window=self.window)
                            self._spectra[i] = found  # leak
                        return found

                def train(clips, window, step, workers):
                    for batch in DataLoader(Sounds(clips, window), 16, num_workers=workers):
                        step(batch)
            """,
            good="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Sounds(Dataset):
                    def __init__(self, clips, window):
                        self.clips, self.window = clips, window

                    def __len__(self):
                        return len(self.clips)

                    def __getitem__(self, i):
                        return torch.stft(self.clips[i], 512, window=self.window)

                def train(clips, window, step, workers):
                    for batch in DataLoader(Sounds(clips, window), 16, num_workers=workers):
                        step(batch)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="A loader without workers fills one cache.",
            code="""
                from torch.utils.data import DataLoader, Dataset

                class Images(Dataset):
                    def __init__(self, paths):
                        self.paths = paths
                        self.cache = {}

                    def __getitem__(self, i):
                        if i not in self.cache:
                            self.cache[i] = decode(self.paths[i])
                        return self.cache[i]

                loader = DataLoader(Images(paths), batch_size=8)
            """,
        ),
        Negative(
            why="The cache drops its oldest entries.",
            code="""
                from torch.utils.data import DataLoader, Dataset

                class Images(Dataset):
                    def __init__(self, paths):
                        self.paths = paths
                        self.cache = {}

                    def __getitem__(self, i):
                        if i not in self.cache:
                            if len(self.cache) > 100:
                                self.cache.pop(next(iter(self.cache)))
                            self.cache[i] = decode(self.paths[i])
                        return self.cache[i]

                loader = DataLoader(Images(paths), batch_size=8, num_workers=4)
            """,
        ),
        Negative(
            why="Numbers are small, and an index is no cache of samples.",
            code="""
                import os
                from torch.utils.data import DataLoader, Dataset

                class Sizes(Dataset):
                    def __init__(self, paths):
                        self.paths = paths
                        self.sizes = {}

                    def __getitem__(self, i):
                        self.sizes[i] = len(self.paths[i])
                        return decode(self.paths[i])

                loader = DataLoader(Sizes(paths), batch_size=8, num_workers=4)
            """,
        ),
        Negative(
            why="The cache lies in memory that the workers share.",
            code="""
                from multiprocessing import Manager
                from torch.utils.data import DataLoader, Dataset

                class Images(Dataset):
                    def __init__(self, paths):
                        self.paths = paths
                        self.cache = Manager().dict()

                    def __getitem__(self, i):
                        if i not in self.cache:
                            self.cache[i] = decode(self.paths[i])
                        return self.cache[i]

                loader = DataLoader(Images(paths), batch_size=8, num_workers=4)
            """,
        ),
        Negative(
            why="What is loaded in `__init__` is there before the workers are.",
            code="""
                from torch.utils.data import DataLoader, Dataset

                class Images(Dataset):
                    def __init__(self, paths):
                        self.cache = [decode(path) for path in paths]

                    def __getitem__(self, i):
                        return self.cache[i]

                loader = DataLoader(Images(paths), batch_size=8, num_workers=4)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        class_ = body.class_
        if class_ is None or body.name not in SAMPLE_METHODS or not in_dataset(body):
            return
        loaders = list(loaders_of(body, class_))
        working = [loader for loader in loaders if may_have_workers(loader)]
        if (loaders and not working) or body.file_mentions(*_SHARED):
            return
        for keeping in body.keepings:
            if _is_sample_cache(body, keeping):
                yield self.report(
                    keeping.place,
                    *_where(working),
                    certainty=Certainty.LIKELY if class_.bases_known else Certainty.POSSIBLE,
                    holder=shown(keeping.holder, 24),
                    value=shown(keeping.stored_text),
                )


def _where(loaders: list[CallSite]) -> Iterator[RelatedPlace]:
    for loader in loaders[:1]:
        yield RelatedPlace(loader.place, "Each worker of this loader has a cache of its own.")


def _is_sample_cache(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether a container of the object, or of its class, gains one decoded sample for each that is
    asked for, and nothing in the file takes any out."""
    value, holder, class_ = keeping.stored, body.holder(keeping), body.class_
    root, attribute = keeping.holder.partition(".")[0], attribute_of(keeping.holder)
    if class_ is None or root != body.instance_name or holder is None or holder.bounded:
        return False
    made = keeping.holder_value.kind is Kind.CONTAINER or class_.shares(attribute)
    if not made or value.kind in _SMALL or value.scalar:
        return False
    # Of what nothing is known the name must say what it is kept for.
    return value.is_tensor or "cache" in attribute.lower()
