"""What the pages of the rules claim of memory, measured where PyTorch is installed."""

from typing import Any

import pytest

torch: Any = pytest.importorskip("torch")


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


def losses(steps: int, *, backward: bool = True) -> Any:
    model = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(model(torch.ones(4, 8)), torch.zeros(4, 1))
        if backward:
            loss.backward()
        yield loss


def test_a_sum_of_losses_keeps_every_graph() -> None:
    def total(steps: int) -> Any:
        result = 0.0
        for loss in losses(steps):
            result += loss
        return result

    assert nodes_behind(total(40)) > 3 * nodes_behind(total(10)) > 0


def test_a_sum_of_detached_losses_keeps_none() -> None:
    assert nodes_behind(sum(loss.detach() for loss in losses(10))) == 0
    assert isinstance(sum(loss.item() for loss in losses(10)), float)


def test_a_list_of_losses_keeps_a_graph_each() -> None:
    kept = list(losses(10))
    assert all(nodes_behind(loss) > 0 for loss in kept)
    assert len({loss.grad_fn for loss in kept}) == 10


def test_state_made_from_itself_keeps_every_call() -> None:
    layer = torch.nn.Linear(8, 8)

    def mean(calls: int, *, detached: bool) -> Any:
        state = torch.zeros(8)
        for _ in range(calls):
            seen = layer(torch.ones(4, 8)).mean(0)
            state = 0.9 * state + 0.1 * (seen.detach() if detached else seen)
        return state

    assert nodes_behind(mean(40, detached=False)) > 3 * nodes_behind(mean(10, detached=False))
    assert nodes_behind(mean(40, detached=True)) == 0


def saved_bytes(run: Any) -> int:
    """The bytes that autograd saves while `run()` runs."""
    saved = 0

    def pack(tensor: Any) -> Any:
        nonlocal saved
        saved += tensor.nelement() * tensor.element_size()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        run()
    return saved


def test_evaluation_mode_saves_activations_and_no_grad_does_not() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.Tanh(), torch.nn.Linear(64, 1))
    model.eval()
    batch = torch.ones(32, 8)
    assert saved_bytes(lambda: model(batch)) > 0
    with torch.no_grad():
        assert saved_bytes(lambda: model(batch)) == 0


def test_hooks_pile_up_until_they_are_removed() -> None:
    model = torch.nn.Linear(4, 4)
    calls: list[int] = []
    for _ in range(20):
        model.register_forward_hook(lambda *_: calls.append(1))
        model(torch.ones(1, 4))
    assert len(model._forward_hooks) == 20
    assert len(calls) == 210
    for handle in [model.register_forward_hook(lambda *_: None) for _ in range(5)]:
        handle.remove()
    assert len(model._forward_hooks) == 20
