# mypy: ignore-errors
# ruff: noqa
"""A function is handed a network that its callers put into evaluation mode."""

import torch

from embedders import build


def embed(model, batches):
    vectors = []
    for batch in batches:
        vectors.append(model(batch))  # leak: LP008
    return torch.cat(vectors)


def some(model, batches):
    vectors = []
    for batch in batches:
        # ok: not all callers put it into evaluation mode
        vectors.append(model(batch))
    return torch.cat(vectors)


def quiet(model, batches):
    vectors = []
    for batch in batches:
        # ok: the callers switch recording off
        vectors.append(model(batch))
    return torch.cat(vectors)


def main(path, queries, documents):
    embedder = build()
    embedder.load_state_dict(torch.load(path, map_location="cpu"))
    embedder.eval()
    some(embedder, queries)
    with torch.no_grad():
        quiet(embedder, queries)
    return embed(embedder, queries), embed(embedder, documents)


def features(network: torch.nn.Module, documents):
    return some(network, documents)
