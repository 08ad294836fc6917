"""LP029 cuda-work-in-dataloader-workers."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty
from leakwise.facts.terms.storage import Device
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
from leakwise_rules.wording import shown
from leakwise_rules.workers import (
    SAMPLE_METHODS,
    collating_loaders,
    has_workers,
    in_dataset,
    loaders_of,
    may_have_workers,
)

_CERTAINTY = {Device.ACCELERATOR: Certainty.SURE, Device.EITHER: Certainty.LIKELY}


class CudaWorkInDataloaderWorkers(Rule):
    """A worker of a DataLoader moves data to the GPU.

    ## Why it leaks

    Each worker of a DataLoader is a process of its own. The first CUDA call in it makes a CUDA
    context there, which holds several hundred MiB of the GPU's memory before it holds any data, and
    stays for as long as the worker does. Each of 4 workers held 526 MiB of an H200's memory for
    samples of 4 bytes; 24 workers were reported to hold 12 GiB. Tensors that a
    worker hands over must stay alive in it too, until the main process has let go of them.

    Where workers are forked, as is usual on Linux, it mostly ends at once: CUDA cannot be
    initialized again in a forked process.

    ## Best practice

    Return CPU tensors from data sets and collate functions. Let the loader pin them with
    `pin_memory=True`, and move each batch in the training loop with
    `batch.to(device, non_blocking=True)`.

    ## When it is not a leak

    Without workers, `num_workers=0`, the data set runs in the main process, and a data set that
    lies on the GPU saves time. A device that is the CPU costs nothing.
    """

    code = "LP029"
    name = "cuda-work-in-dataloader-workers"
    message = (
        "`{call}` makes a CUDA context in each worker of the DataLoader, with its own share of GPU "
        "memory; move the batch in the training loop."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.MISPLACED_DEVICE_MEMORY
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = (
        Practice(
            "BP37",
            "Return CPU tensors from datasets and collate functions; pin them and move them to the "
            "device in the training loop.",
        ),
    )
    links = (
        Link(
            "PyTorch: multiprocessing, sharing CUDA tensors",
            "https://docs.pytorch.org/docs/stable/multiprocessing.html",
        ),
        Link(
            "12 GiB of contexts in 24 workers, in ACE",
            "https://github.com/ai2cm/ace/pull/1396",
        ),
        Link(
            "CUDA in a data set with forked workers cannot be supported",
            "https://github.com/pytorch/pytorch/issues/24292",
        ),
        Link(
            "The initialization error that forked workers end in",
            "https://github.com/pyg-team/pytorch_geometric/issues/499",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Clips(Dataset):
                    def __init__(self, files, labels):
                        self.files, self.labels = files, labels

                    def __len__(self):
                        return len(self.files)

                    def __getitem__(self, i):
                        clip = read_clip(self.files[i])
                        return clip.to("cuda"), self.labels[i]  # leak

                loader = DataLoader(Clips(files, labels), batch_size=8, num_workers=4)
            """,
            good="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Clips(Dataset):
                    def __init__(self, files, labels):
                        self.files, self.labels = files, labels

                    def __len__(self):
                        return len(self.files)

                    def __getitem__(self, i):
                        clip = read_clip(self.files[i])
                        return clip, self.labels[i]

                loader = DataLoader(Clips(files, labels), batch_size=8, num_workers=4)
            """,
        ),
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader

                def collate(samples):
                    images = torch.stack([image for image, _ in samples])
                    labels = torch.tensor([label for _, label in samples])
                    return images.cuda(), labels  # leak

                def loaders(train, workers):
                    return DataLoader(train, 32, num_workers=workers, collate_fn=collate)
            """,
            good="""
                import torch
                from torch.utils.data import DataLoader

                def collate(samples):
                    images = torch.stack([image for image, _ in samples])
                    labels = torch.tensor([label for _, label in samples])
                    return images, labels

                def loaders(train, workers):
                    return DataLoader(train, 32, num_workers=workers, collate_fn=collate)
            """,
        ),
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

                class Tables(Dataset):
                    def __init__(self, rows):
                        self.rows = rows

                    def __len__(self):
                        return len(self.rows)

                    def __getitem__(self, i):
                        row = torch.as_tensor(self.rows[i])
                        return row.to(device)  # leak

                def train(rows, step):
                    for batch in DataLoader(Tables(rows), batch_size=64, num_workers=2):
                        step(batch)
            """,
            good="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

                class Tables(Dataset):
                    def __init__(self, rows):
                        self.rows = rows

                    def __len__(self):
                        return len(self.rows)

                    def __getitem__(self, i):
                        row = torch.as_tensor(self.rows[i])
                        return row

                def train(rows, step):
                    for batch in DataLoader(Tables(rows), batch_size=64, num_workers=2):
                        step(batch)
            """,
        ),
    )
    negatives = (
        Negative(
            why="Without workers the data set runs in the main process.",
            code="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                class OnDevice(Dataset):
                    def __init__(self, x):
                        self.x = x.cuda()

                    def __len__(self):
                        return len(self.x)

                    def __getitem__(self, i):
                        return self.x[i].cuda()

                loader = DataLoader(OnDevice(load()), batch_size=64)
                other = DataLoader(OnDevice(load()), batch_size=64, num_workers=0)
            """,
        ),
        Negative(
            why="The batch is moved in the training loop.",
            code="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Clips(Dataset):
                    def __init__(self, files):
                        self.files = files

                    def __getitem__(self, i):
                        return read_clip(self.files[i])

                def train(files, step):
                    loader = DataLoader(Clips(files), num_workers=4, pin_memory=True)
                    for clip in loader:
                        step(clip.to("cuda", non_blocking=True))
            """,
        ),
        Negative(
            why="The device is the CPU, or whatever the caller says.",
            code="""
                import torch
                from torch.utils.data import DataLoader, Dataset

                class Clips(Dataset):
                    def __init__(self, files, device="cpu"):
                        self.files, self.device = files, device

                    def __getitem__(self, i):
                        clip = torch.as_tensor(read_clip(self.files[i]))
                        return clip.to("cpu"), clip.to(self.device)

                loader = DataLoader(Clips(files), num_workers=4)
            """,
        ),
        Negative(
            why="A collate function of a loader without workers.",
            code="""
                import torch
                from torch.utils.data import DataLoader

                def collate(samples):
                    return torch.stack(samples).cuda()

                def loader(train):
                    return DataLoader(train, batch_size=32, collate_fn=collate)
            """,
        ),
        Negative(
            why="A data set for which no loader is in sight may have no workers.",
            code="""
                import torch
                from torch.utils.data import Dataset

                class Cached(Dataset):
                    def __init__(self, x):
                        self.x = x

                    def __getitem__(self, i):
                        return self.x[i].cuda()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.mentions("cuda", "to", "device"):
            return
        loaders = [loader for loader in _loaders(body) if may_have_workers(loader)]
        if not loaders:
            return
        sure = Certainty.SURE if any(map(has_workers, loaders)) else Certainty.LIKELY
        for site in body.call_sites:
            device = _moves_to(site)
            if device is not None:
                yield self.report(
                    site.place,
                    RelatedPlace(loaders[0].place, "The workers of this loader run it."),
                    certainty=sure.weaker(_CERTAINTY[device]),
                    anchors={"move": (site.place,) if site.method else ()},
                    notes={"method": site.method},
                    call=shown(f"{site.callee}()"),
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for move in finding.anchors["move"]:
            if edits := context.strip_suffix_call(move, finding.notes["method"]):
                yield Fix("Leave it on the CPU in the worker", edits, Applicability.UNSAFE)


def _loaders(body: BodyFacts) -> list[CallSite]:
    """The DataLoaders of the file that run this body for their samples or batches."""
    if body.class_ is not None:
        sampled = body.name in SAMPLE_METHODS and in_dataset(body)
        return list(loaders_of(body, body.class_)) if sampled else []
    return list(collating_loaders(body)) if body.name is not None else []


def _moves_to(site: CallSite) -> Device | None:
    """The accelerator that a call moves something to, or makes it on; None for other calls."""
    if site.method == "cuda":
        return Device.ACCELERATOR
    given = site.argument("device", 0 if site.method == "to" else None)
    device = None if given is None else given.value.device
    return device if device in _CERTAINTY else None
