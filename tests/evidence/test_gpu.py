"""What the pages of the rules claim of a GPU's memory, measured where PyTorch finds one.

`python -m pytest -s tests/evidence/test_gpu.py` prints the figures.
"""

import copy
import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

torch: Any = pytest.importorskip("torch")

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

MIB = 2**20


@pytest.fixture(autouse=True)
def _begin_with_nothing() -> Iterator[None]:
    gc.collect()
    torch.cuda.empty_cache()
    yield
    gc.collect()
    torch.cuda.empty_cache()


def held() -> float:
    """MiB of the GPU's memory that tensors of this process hold."""
    torch.cuda.synchronize()
    return float(torch.cuda.memory_allocated() / MIB)


def growth(work: Callable[[], object]) -> float:
    """MiB that are held longer than before while what `work` gives is kept."""
    before = held()
    kept = work()
    after = held()
    del kept
    return after - before


def host() -> float:
    """Resident MiB of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def network(width: int) -> Any:
    return torch.nn.Linear(width, width, bias=False, device="cuda")


def report(rule: str, **figures: float) -> None:
    print(f"\n{rule}: " + ", ".join(f"{name} {value:.1f}" for name, value in figures.items()))


def test_lp021_results_fill_the_gpu() -> None:
    layer = network(512)
    # The first product takes a workspace.
    layer(torch.ones(1, 512, device="cuda"))

    def collect(*, to_host: bool) -> list[Any]:
        with torch.no_grad():
            outputs = (layer(torch.ones(2048, 512, device="cuda")) for _ in range(50))
            return [one.cpu() if to_host else one for one in outputs]

    on_gpu = growth(lambda: collect(to_host=False))
    on_host = growth(lambda: collect(to_host=True))
    report("LP021, 50 outputs of 4 MiB", gpu=on_gpu, host=on_host)
    assert on_gpu > 190
    assert on_host < 10


def test_lp023_every_snapshot_holds_all_weights() -> None:
    layer = network(2048)
    snapshots = growth(lambda: [copy.deepcopy(layer.state_dict()) for _ in range(10)])
    best = growth(
        lambda: [{k: v.detach().cpu().clone() for k, v in layer.state_dict().items()}] * 10
    )
    report("LP023, 10 snapshots of 16 MiB", gpu=snapshots, host=best)
    assert snapshots >= 160
    assert best < 1


def test_lp024_a_checkpoint_is_a_second_copy(tmp_path: Path) -> None:
    layer = network(4096)
    torch.save(layer.state_dict(), tmp_path / "weights.pt")

    def load(**options: str) -> Any:
        state = torch.load(tmp_path / "weights.pt", **options)
        layer.load_state_dict(state)
        return state

    as_saved, on_host = growth(load), growth(lambda: load(map_location="cpu"))
    report("LP024, a checkpoint of 64 MiB", as_saved=as_saved, map_location_cpu=on_host)
    assert as_saved >= 64
    assert on_host < 1


class Samples(torch.utils.data.Dataset):  # type: ignore[misc]
    """One number a sample, made on a device."""

    def __init__(self, device: str) -> None:
        self.device = device

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> Any:
        return torch.full((1,), float(index)).to(self.device).cpu()


def contexts(device: str, workers: int) -> float:
    """MiB of the whole GPU's memory that the workers of a loader take."""
    loader = torch.utils.data.DataLoader(
        Samples(device),
        num_workers=workers,
        persistent_workers=True,
        multiprocessing_context=multiprocessing.get_context("spawn"),
    )
    torch.cuda.synchronize()
    free, _ = torch.cuda.mem_get_info()
    for _ in loader:
        pass
    now, _ = torch.cuda.mem_get_info()
    return float((free - now) / MIB)


def test_lp029_every_worker_makes_a_context() -> None:
    on_gpu, on_host = contexts("cuda", 4), contexts("cpu", 4)
    report("LP029, MiB for each of 4 workers", gpu=on_gpu / 4, host=on_host / 4)
    assert on_gpu > 4 * 100
    assert on_host < 10


def test_lp029_a_forked_worker_cannot_begin() -> None:
    loader = torch.utils.data.DataLoader(
        Samples("cuda"),
        num_workers=1,
        multiprocessing_context=multiprocessing.get_context("fork"),
    )
    with pytest.raises(RuntimeError, match="forked subprocess"):
        next(iter(loader))


def test_lp019_a_failed_attempt_is_alive_in_the_clause() -> None:
    def attempt() -> None:
        first = torch.ones(64 * MIB // 4, device="cuda")
        # More than any device has.
        torch.empty(2**46, dtype=torch.uint8, device="cuda").copy_(first)

    before = held()
    inside = 0.0
    try:
        attempt()
    except torch.cuda.OutOfMemoryError:
        inside = held() - before
    behind = held() - before
    report("LP019, an attempt of 64 MiB", in_the_clause=inside, behind_it=behind)
    assert inside >= 64
    assert behind < 1


class OnContext(torch.autograd.Function):  # type: ignore[misc]
    """Keeps its output on its context."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = x.exp()
        ctx.y = y
        return y

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * ctx.y


class Saved(torch.autograd.Function):  # type: ignore[misc]
    """Saves its output as PyTorch means it."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (y,) = ctx.saved_tensors
        return grad * y


def test_lp015_outputs_wait_for_the_collector() -> None:
    x = torch.zeros(4 * MIB // 4, device="cuda", requires_grad=True)

    def calls(function: Any) -> float:
        before = held()
        for _ in range(40):
            function.apply(x).sum().backward()
        x.grad = None
        return held() - before

    on_context = calls(OnContext)
    gc.collect()
    saved = calls(Saved)
    report("LP015, 40 outputs of 4 MiB", on_context=on_context, saved=saved)
    assert on_context > 100
    assert saved < 10


class Probe(torch.nn.Module):  # type: ignore[misc]
    """Holds a hook that refers to it, or not."""

    def __init__(self, *, cycle: bool) -> None:
        super().__init__()
        self.body = network(2048)
        if cycle:
            self.body.register_forward_hook(lambda *_: self.note())
        else:
            self.body.register_forward_hook(lambda *_: None)

    def note(self) -> None:
        self.seen = True


def test_lp037_modules_wait_for_the_collector() -> None:
    def trials(*, cycle: bool) -> float:
        before = held()
        gc.disable()
        try:
            for _ in range(20):
                Probe(cycle=cycle)
            return held() - before
        finally:
            gc.enable()

    cycles, free = trials(cycle=True), trials(cycle=False)
    gc.collect()
    report("LP037, 20 modules of 16 MiB", cycles=cycles, without=free)
    assert cycles > 300
    assert free < 20


def test_lp038_the_history_grows() -> None:
    def allocations(**options: int) -> float:
        torch.cuda.memory._record_memory_history(**options)
        before = host()
        for _ in range(100_000):
            torch.empty(1, device="cuda")
        grown = host() - before
        torch.cuda.memory._record_memory_history(enabled=None)
        return grown

    bounded, unbounded = allocations(max_entries=1_000), allocations()
    report("LP038, host MiB for 100,000 allocations", limit=bounded, without=unbounded)
    assert unbounded > 5 * max(bounded, 1)
