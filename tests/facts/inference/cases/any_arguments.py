# What functions are given beyond their parameters, and what is unpacked into records.
from collections import namedtuple

import torch
from torch import nn

Pair = namedtuple("Pair", ("left", "right"))
net = nn.Linear(2, 2)


def first_of(*given):
    return given[0]


def all_of(*given):
    return Pair(*given)


def rest_of(first, *rest):
    return rest[0]


def run(x):
    out = net(x)  #? Output attached
    both = (1, out)
    made = Pair(*both)
    left = made.left  #? Number
    right = made.right  #? Output attached
    some = Pair(*x)
    unseen = some.right  #? unknown
    one = first_of(out, 2)  #? Output attached
    other = first_of(2, out)  #? Number
    two = all_of(1, out).right  #? Output attached
    behind = rest_of(1, out)  #? Output attached
    before = rest_of(out, 1)  #? Number
    several = first_of(*both)  #? unknown
