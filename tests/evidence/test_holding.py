"""What the pages claim of values that something else keeps alive, measured where PyTorch is."""

import gc
import os
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

torch: Any = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """Only reference counting frees anything."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()


def nodes_behind(tensor: Any) -> int:
    """The number of graph nodes that a tensor keeps alive."""
    seen: set[Any] = set()
    pending = [tensor.grad_fn] if tensor.grad_fn is not None else []
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(following for following, _ in node.next_functions if following)
    return len(seen)


@pytest.mark.parametrize("detached", [False, True])
def test_lp009_a_carried_state_keeps_all_steps(detached: bool) -> None:
    cell = torch.nn.RNNCell(4, 4)

    def nodes(steps: int) -> int:
        h, loss = torch.zeros(1, 4), None
        for _ in range(steps):
            h = cell(torch.ones(1, 4), h.detach() if detached else h)
            loss = h.sum()
            loss.backward(retain_graph=not detached)
        return nodes_behind(loss)

    assert (nodes(60) > 5 * nodes(10)) is not detached


def test_lp010_gradients_with_a_graph_and_their_leaves_hold_each_other() -> None:
    def leaves(*, reset: bool, grad: bool = False) -> int:
        alive = []
        for _ in range(30):
            w = torch.randn(4, 4, requires_grad=True)
            energy = w.tanh().sum()
            if grad:
                torch.autograd.grad(energy, w, create_graph=True)
            else:
                energy.backward(create_graph=True)
            if reset:
                w.grad = None
            alive.append(weakref.ref(w))
            del w, energy
        gc.collect()
        return sum(one() is not None for one in alive)

    assert leaves(reset=False) == 30
    assert leaves(reset=True) == 0
    assert leaves(reset=False, grad=True) == 0


def test_lp012_a_bounded_buffer_does_not_bound_a_chain() -> None:
    cell = torch.nn.GRUCell(4, 4)

    def newest(pushes: int) -> int:
        buffer: deque[Any] = deque(maxlen=5)
        h = torch.zeros(1, 4)
        for _ in range(pushes):
            h = cell(torch.ones(1, 4), h)
            buffer.append(h)
        return nodes_behind(buffer[-1])

    assert newest(100) > 9 * newest(10)


@pytest.mark.parametrize("saved", [False, True])
def test_lp015_an_attribute_of_the_context_outlives_the_backward_pass(saved: bool) -> None:
    made: list[weakref.ref[Any]] = []

    class Gate(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            open_part = x.sigmoid()
            made.append(weakref.ref(open_part))
            if saved:
                ctx.save_for_backward(open_part)
            else:
                ctx.open_part = open_part
            return x * open_part

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * (ctx.saved_tensors[0] if saved else ctx.open_part)

    outputs = []
    for _ in range(20):
        output = Gate.apply(torch.ones(8, requires_grad=True))
        output.sum().backward()
        outputs.append(output)

    assert len(outputs) == 20
    assert sum(ref() is not None for ref in made) == (0 if saved else 20)


def test_lp037_circles_wait_for_the_collector() -> None:
    class Probe(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, *, cycle: bool) -> None:
            super().__init__()
            self.body = torch.nn.Linear(2, 2)
            self.body.register_forward_hook((lambda *_: self.body) if cycle else (lambda *_: None))

    def alive(*, cycle: bool) -> int:
        return sum(
            one() is not None for one in [weakref.ref(Probe(cycle=cycle)) for _ in range(20)]
        )

    assert alive(cycle=True) == 20
    assert alive(cycle=False) == 0


class Numbers(torch.utils.data.Dataset):  # type: ignore[misc]
    def __len__(self) -> int:
        return 60

    def __getitem__(self, index: int) -> Any:
        return torch.ones(2)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors by /proc")
def test_lp028_each_kept_batch_of_a_worker_holds_a_descriptor() -> None:
    def descriptors(*, cloned: bool) -> int:
        before = len(os.listdir("/proc/self/fd"))
        loader = torch.utils.data.DataLoader(Numbers(), batch_size=1, num_workers=1)
        kept = [one.clone() if cloned else one for one in loader]
        del loader
        after = len(os.listdir("/proc/self/fd"))
        assert len(kept) == 60
        return after - before

    assert descriptors(cloned=False) > 50
    assert descriptors(cloned=True) < 20
