# mypy: ignore-errors
# ruff: noqa
"""Caches of functions: those that keep objects with tensors, and those that keep a few results."""

import functools
from functools import lru_cache

import torch
from torch import nn

from somewhere import Root


class Encoder(Root):
    @property
    @lru_cache(maxsize=None)  # leak: LP022
    def keys(self):
        return torch.stack([block.attention.keys for block in self.blocks], dim=0)

    @lru_cache(maxsize=None)
    def name(self):
        return "encoder"


@lru_cache(maxsize=None)
def mask(n):
    return torch.ones(n, n).tril()


class Learner:
    def __init__(self, net: nn.Module):
        self.net = net
        self.optimizer = torch.optim.Adam(net.parameters())

    @functools.cache  # leak: LP022
    def size(self):
        return sum(one.numel() for one in self.net.parameters())


class Judge:
    def __init__(self, net, names):
        self.net = net
        self.net.eval()
        self.names = names

    def choose(self, image):
        return self.names[self.net(image).argmax()]  # leak: LP008

    @functools.lru_cache(maxsize=None)  # leak: LP022
    def longest(self):
        return max(self.names, key=len)


class Study:
    def __init__(self, nets):
        self.learners = [Learner(net) for net in nets]
        self.judge = Judge(nets[0], ["cat", "dog"])

    @functools.cache  # leak: LP022
    def count(self):
        return len(self.learners)


class Report:
    def __init__(self, judge: Judge):
        self.judge = judge

    @functools.cache  # leak: LP022
    def title(self):
        return self.judge.longest().title()


class Table:
    def __init__(self, rows, paths):
        self.rows = rows
        self.paths = paths

    @functools.cache
    def width(self):
        return max(len(row) for row in self.rows)


class Mixture:
    def __init__(self, parts, knots):
        self.parts = parts

        @functools.lru_cache  # leak: LP037
        def density(at: torch.Tensor):
            return sum(part.log_prob(at) for part in self.parts)

        @functools.lru_cache
        def between(at: torch.Tensor):
            return torch.searchsorted(knots, at)

        @functools.lru_cache
        def name(number: int):
            return str(self.parts[number])

        self.density = density
        self.between = between
        self.name = name


encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(64, 4), 2)


@lru_cache(maxsize=1000)  # leak: LP022
def vector(text):
    return encoder(features_of(text))


@lru_cache(maxsize=1000)
@torch.inference_mode()
def quick_vector(text):
    return encoder(features_of(text))


@lru_cache(maxsize=1000)
def number(text):
    return encoder(features_of(text)).mean().item()


@lru_cache
def only_one():
    return encoder(features_of("once"))


class World:
    """What its agents hold goes when it is shut down, unless something keeps it."""

    def __init__(self, settings, agents):
        self.settings = settings
        self.agents = agents

    @lru_cache(maxsize=1)  # leak: LP022
    def num_examples(self):
        return self.agents[0].num_examples()

    def shutdown(self):
        for agent in self.agents:
            agent.shutdown()


class Description:
    def __init__(self, settings):
        self.settings = settings

    @lru_cache(maxsize=1)
    def num_examples(self):
        return self.settings["examples"]
