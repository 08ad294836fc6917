"""LP012 replay-buffer-stores-graph."""

import re
from collections.abc import Iterator

from leakwise.facts import BodyFacts, Carried, Keeping, LimitKind
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
from leakwise_rules.grad_modes import runs_recorded
from leakwise_rules.graphs import cut_anchors, cut_fixes, keeps_graphs, leak_path, outlived_loops
from leakwise_rules.wording import shown

_BUFFER = re.compile(r"buffer|memory|replay|rollout|storage|experience|transitions|trajector", re.I)


class ReplayBufferStoresGraph(Rule):
    """A replay or rollout buffer is given tensors with the graph of the policy that made them.

    ## Why it leaks

    What a policy network returns, and all that is computed from it, carries the graph of that pass.
    A buffer of transitions keeps it for as long as the transition stays: the activations of the
    network for every step that is stored, thousands of times over.

    A recurrent state is worse: its graph goes back through all earlier steps, so that even a buffer
    of a fixed length grows without a limit. With room for five entries 154 graph nodes and 5.6 MiB
    were kept after 10 steps, 1,504 nodes and 46 MiB after 100; with detached states none.

    ## Best practice

    Collect experience under `torch.no_grad()`, and store numbers, arrays or detached tensors.
    Compute log-probabilities and values anew when the policy is updated.

    ## When it is not a leak

    On-policy methods need the graphs of one episode: log-probabilities that are stacked into the
    loss, with a buffer that is emptied after each update. Actions from `sample()` carry no graph.
    """

    code = "LP012"
    name = "replay-buffer-stores-graph"
    message = (
        "`{holder}` keeps the graph of every stored step, because `{value}` is stored with it; "
        "store it detached."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    supersedes = ("LP002", "LP006", "LP013")
    practices = (
        Practice(
            "BP16",
            "Collect experience under `no_grad` and store detached (or NumPy) transitions; "
            "recompute log-probabilities at update time.",
        ),
    )
    links = (
        Link(
            "PyTorch: locally disabling gradient computation",
            "https://docs.pytorch.org/docs/stable/notes/autograd.html",
        ),
        Link(
            "Recurrent state with its graph in the experience buffer, in Metta",
            "https://github.com/Metta-AI/metta/pull/1139",
        ),
        Link(
            "Replay memory off attached tensors, in Rainbow",
            "https://github.com/Kaixhin/Rainbow/pull/33",
        ),
        Link(
            "Actions stored with their graph, in PyMARL",
            "https://github.com/oxwhirl/pymarl/pull/73",
        ),
    )
    examples = (
        Example(
            bad="""
                from collections import deque
                import torch
                from torch import nn

                cell = nn.GRUCell(8, 64)
                memory = deque(maxlen=10_000)
                state = torch.zeros(1, 64)
                for step in range(100_000):
                    state = cell(observe(), state)
                    memory.append((step, state))  # leak
            """,
            good="""
                from collections import deque
                import torch
                from torch import nn

                cell = nn.GRUCell(8, 64)
                memory = deque(maxlen=10_000)
                state = torch.zeros(1, 64)
                for step in range(100_000):
                    with torch.no_grad():
                        state = cell(observe(), state)
                    memory.append((step, state))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import random
                import torch
                from torch import nn

                class Agent:
                    def __init__(self, policy: nn.Module):
                        self.policy = policy
                        self.memory = []

                    def act(self, observation):
                        choice = torch.distributions.Categorical(logits=self.policy(observation))
                        action = choice.sample()
                        log_prob = choice.log_prob(action)
                        self.memory.append((observation, action, log_prob))  # leak
                        return action.item()

                    def batch(self):
                        return random.sample(self.memory, 64)

                def play(env, policy: nn.Module):
                    agent = Agent(policy)
                    for episode in range(1000):
                        observation, done = env.reset(), False
                        while not done:
                            observation, done = env.step(agent.act(observation))
            """,
            good="""
                import random
                import torch
                from torch import nn

                class Agent:
                    def __init__(self, policy: nn.Module):
                        self.policy = policy
                        self.memory = []

                    def act(self, observation):
                        choice = torch.distributions.Categorical(logits=self.policy(observation))
                        action = choice.sample()
                        log_prob = choice.log_prob(action)
                        self.memory.append((observation, action, log_prob.detach()))
                        return action.item()

                    def batch(self):
                        return random.sample(self.memory, 64)

                def play(env, policy: nn.Module):
                    agent = Agent(policy)
                    for episode in range(1000):
                        observation, done = env.reset(), False
                        while not done:
                            observation, done = env.step(agent.act(observation))
            """,
        ),
        Example(
            bad="""
                import torch
                import torch.nn.functional as F
                from torch import nn

                class Replay:
                    def __init__(self):
                        self.items = []

                    def push(self, state, value):
                        self.items.append((state, value))

                def train(critic: nn.Module, env, optimizer):
                    replay = Replay()
                    for step in range(100_000):
                        state, reward = env.step()
                        value = critic(state)
                        loss = F.mse_loss(value, reward)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        replay.push(state, value)  # leak
            """,
            good="""
                import torch
                import torch.nn.functional as F
                from torch import nn

                class Replay:
                    def __init__(self):
                        self.items = []

                    def push(self, state, value):
                        self.items.append((state, value))

                def train(critic: nn.Module, env, optimizer):
                    replay = Replay()
                    for step in range(100_000):
                        state, reward = env.step()
                        value = critic(state)
                        loss = F.mse_loss(value, reward)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        replay.push(state, value.detach())
            """,
        ),
    )
    negatives = (
        Negative(
            why="The log-probabilities of an episode become its loss, and the buffer is emptied.",
            code="""
                import torch
                from torch import nn

                class Reinforce:
                    def __init__(self, policy: nn.Module, optimizer):
                        self.policy, self.optimizer = policy, optimizer
                        self.memory = []

                    def act(self, observation):
                        choice = torch.distributions.Categorical(logits=self.policy(observation))
                        action = choice.sample()
                        self.memory.append(choice.log_prob(action))
                        return action

                    def update(self, returns):
                        loss = -(torch.stack(self.memory) * returns).sum()
                        self.optimizer.zero_grad()
                        loss.backward()
                        self.optimizer.step()
                        self.memory.clear()

                def play(env, agent: Reinforce):
                    for episode in range(1000):
                        observation = env.reset()
                        for step in range(200):
                            observation = env.step(agent.act(observation))
                        agent.update(env.returns())
            """,
        ),
        Negative(
            why="Experience is collected under `no_grad`, or stored as numbers.",
            code="""
                from collections import deque
                import torch
                from torch import nn

                def collect(policy: nn.Module, env):
                    replay = deque(maxlen=1000)
                    for step in range(10_000):
                        with torch.no_grad():
                            scores = policy(env.state)
                        replay.append((env.state, scores))
                        value = policy(env.state).max()
                        env.learn(value)
                        replay.append((env.state, value.item()))
                        replay.append((env.state, value.detach().cpu().numpy()))
                    return replay
            """,
        ),
        Negative(
            why="A sampled action carries no graph.",
            code="""
                import torch
                from torch import nn

                def collect(policy: nn.Module, env):
                    memory = []
                    for step in range(10_000):
                        action = torch.distributions.Categorical(logits=policy(env.state)).sample()
                        memory.append((env.state, action))
                        env.step(action)
                    return memory
            """,
        ),
        Negative(
            why="Each episode begins with a new buffer, whose content is backpropagated.",
            code="""
                import torch
                from torch import nn

                def train(policy: nn.Module, env, optimizer):
                    for episode in range(1000):
                        rollout = []
                        for step in range(200):
                            choice = torch.distributions.Categorical(logits=policy(env.state))
                            action = choice.sample()
                            rollout.append(choice.log_prob(action) * env.step(action))
                        optimizer.zero_grad()
                        (-torch.stack(rollout).sum()).backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="A lookup of tensors that are parameters of nothing.",
            code="""
                import torch

                def fill(loader):
                    buffer = []
                    for x, y in loader:
                        buffer.append((x * 2, y))
                    return buffer
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not (body.has_loops or _may_gather_over_calls(body)):
            return
        for keeping in dict.fromkeys((*body.keepings, *body.kept_by_callees)):
            if not isinstance(keeping, Keeping) or not keeping.stored.carries_graph:
                continue
            chain = _chain(body, keeping)
            bounded = chain is not None and keeping.holder_value.bound is not None
            if keeping.how == "item" or not (bounded or _is_buffer(keeping)):
                continue
            if _keeps(body, keeping) or (chain is not None and _stays(body, keeping)):
                yield self.report(
                    keeping.place,
                    *leak_path(body, keeping, keeping.stored),
                    certainty=keeping.stored.certainty,
                    region=None if chain is None else chain.loops[-1].body,
                    anchors=cut_anchors(body, keeping, keeping.stored) if chain is None else {},
                    holder=shown(keeping.holder, 24),
                    value=shown(keeping.stored_text),
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if finding.anchors:
            yield from cut_fixes(finding, context, "Store")
            if edits := context.call_method(finding.anchors["detach"], "detach().cpu"):
                yield Fix(
                    "Store it on the host without its graph: `.detach().cpu()`",
                    edits,
                    Applicability.UNSAFE,
                )


def _is_buffer(keeping: Keeping) -> bool:
    """Whether the names of what keeps it say that it is a buffer of experience."""
    kind = keeping.holder_value.definition
    names = (keeping.holder, keeping.through, "" if kind is None else kind.name)
    return any(_BUFFER.search(name) for name in names)


def _chain(body: BodyFacts, keeping: Keeping) -> Carried | None:
    """What a loop carries on in what is stored: its graph goes back to the first iteration."""
    for carried in body.carried:
        if carried.mark in keeping.stored.sources and carried.loops[-1] in keeping.loops:
            return carried
    return None


def _keeps(body: BodyFacts, keeping: Keeping) -> bool:
    if outlived_loops(keeping):
        return keeps_graphs(body, keeping, keeping.holder)
    return _gathers_over_calls(body, keeping)


def _stays(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether a buffer of the body's own outlives the loop, and nothing is backpropagated from it
    or handed to others who might."""
    gathered = frozenset({keeping.holder})
    return bool(outlived_loops(keeping)) and not (
        body.backpropagated(gathered) or body.returned(gathered)
    )


def _may_gather_over_calls(body: BodyFacts) -> bool:
    """Whether this is a method that a loop calls, of a class that is known and no network's."""
    known = (class_ := body.class_) is not None and class_.bases_known and not class_.is_module
    return known and body.called_in_loop()


def _gathers_over_calls(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether an object gathers one step's graph in each such call, and nothing empties it."""
    holder = body.holder(keeping)
    if holder is None or not keeping.from_before or not _may_gather_over_calls(body):
        return False
    if any(limit.how is not LimitKind.MAXLEN for limit in holder.limits):
        return False
    return not body.backpropagated(frozenset({keeping.holder})) and runs_recorded(body)
