"""What rules learn of a call: what is called, on what, with which arguments, for what."""

from leakwise.facts import BodyFacts, CallSite, Kind
from tests.facts.reading import bodies


def program(code: str) -> BodyFacts:
    return bodies(code)[""]


def only(sites: tuple[CallSite, ...]) -> CallSite:
    assert len(sites) == 1
    return sites[0]


def test_a_function_is_found_under_the_name_that_the_file_gives_it() -> None:
    for text in (
        "import torch\nstate = torch.load('a')",
        "from torch import load as read\nstate = read('a')",
        "import torch as th\nstate = th.load('a')",
    ):
        site = only(program(text).calls_of("torch.load"))
        assert site.bound_to == "state"
        assert not site.dropped
    assert not program("def load(p): ...\nload('a')").calls_of("torch.load")


def test_arguments_are_given_by_name_and_by_position() -> None:
    site = only(
        program("import torch\ntorch.load('a', 'cpu', weights_only=True)").calls_of("torch.load")
    )
    first, second = site.argument("f", 0), site.argument("map_location", 1)
    assert first is not None
    assert first.value.constant == "a"
    assert second is not None
    assert second.value.constant == "cpu"
    only_weights = site.argument("weights_only")
    assert only_weights is not None
    assert only_weights.value.constant is True
    assert site.argument("mmap") is None
    assert site.dropped


def test_unpacked_arguments_may_be_any() -> None:
    site = only(program("import torch\ntorch.load(*a, **b)").calls_of("torch.load"))
    assert site.argument("map_location", 1) is not None
    site = only(program("import torch\ntorch.load('a', **b)").calls_of("torch.load"))
    found = site.argument("map_location", 1)
    assert found is not None
    assert found.keyword == "**"


def test_a_method_tells_what_it_is_called_on() -> None:
    code = """
    from torch import nn
    net = nn.Linear(2, 2)
    for step in range(3):
        net.load_state_dict(weights)
    """
    site = only(program(code).method_calls("load_state_dict"))
    assert site.receiver == "net"
    assert site.receiver_value.kind is Kind.MODULE
    assert len(site.loops) == 1


def test_a_call_without_anything_known_is_not_told_of() -> None:
    assert not program("thing.load('a')").method_calls("load")
    assert not program("thing.load('a')").call_sites


def test_the_calls_of_a_whole_file_are_found_from_any_body() -> None:
    found = bodies("""
    import torch

    def save(path): ...

    class Job:
        def begin(self):
            torch.load("a")

    def end():
        from torchmetrics.functional import auroc
        torch.load("b")
    """)
    for body in found.values():
        assert len(body.file_calls_of("torch.load")) == 2
        assert not body.file_calls_of("torch.save")
        assert body.file_mentions("begin", "load")
        assert body.file_mentions("torchmetrics")
        assert not body.file_mentions("destroy")


def test_what_a_file_holds_is_followed_to_the_methods_that_are_given_a_part_of_it() -> None:
    code = """
    import torch
    def resume(model, optimizer, path, other):
        saved = torch.load(path)
        model.load_state_dict({k.strip("m"): v for k, v in saved["model"].items()})
        optimizer.load_state_dict(saved.get("optimizer"))
        other.load_state_dict(path)
    """
    body = bodies(code)["resume"]
    load = only(body.calls_of("torch.load"))
    takers = body.given_to(load, "load_state_dict")
    assert [taker.receiver for taker in takers] == ["model", "optimizer"]


def test_an_argument_tells_where_it_is_read_from_and_since_when() -> None:
    code = """
    import itertools
    outer = [1]
    for number in outer:
        made = [number]
        itertools.cycle(outer)
        itertools.cycle(made)
        itertools.cycle([2])
    """
    first, second, third = (site.arguments[0] for site in program(code).calls_of("itertools.cycle"))
    assert (first.path, first.fresh_in) == ("outer", ())
    assert (second.path, len(second.fresh_in)) == ("made", 1)
    assert (third.path, third.fresh_in) == (None, ())
