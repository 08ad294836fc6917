"""What rules about the worker processes of DataLoaders share: which code runs in them."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, ClassFacts

LOADERS = ("torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader")
DATASETS = (
    "torch.utils.data.Dataset",
    "torch.utils.data.dataset.Dataset",
    "torch.utils.data.IterableDataset",
    "torch.utils.data.dataset.IterableDataset",
    "torchvision.datasets.VisionDataset",
)
_CALLED = ("collate_fn", "worker_init_fn")
"""The arguments by which a DataLoader is given what its workers call."""
SAMPLE_METHODS = frozenset({"__getitem__", "__getitems__", "__iter__", "__next__"})


def in_dataset(body: BodyFacts) -> bool:
    """Whether this is a method of a data set of PyTorch."""
    return body.class_ is not None and body.class_.derives_from(*DATASETS)


def loaders_of(body: BodyFacts, class_: ClassFacts) -> Iterator[CallSite]:
    """The DataLoaders of the file over objects of a data set class."""
    for site in body.file_calls_of(*LOADERS):
        dataset = site.argument("dataset", 0)
        if dataset is not None and dataset.value.definition is class_.definition:
            yield site


def collating_loaders(body: BodyFacts) -> Iterator[CallSite]:
    """The DataLoaders of the file whose workers call this function on their batches."""
    if not body.file_mentions(*_CALLED):
        return
    for site in body.file_calls_of(*LOADERS):
        for keyword in _CALLED:
            given = site.argument(keyword)
            if given is not None and given.value.definition is body.definition:
                yield site


def may_have_workers(loader: CallSite) -> bool:
    """Whether a DataLoader has worker processes: a number other than 0 is asked for, or one that
    is not known."""
    return loader.result.constant != 0


def has_workers(loader: CallSite) -> bool:
    """Whether a DataLoader is known to have worker processes."""
    count = loader.result.constant
    return isinstance(count, int) and count > 0
