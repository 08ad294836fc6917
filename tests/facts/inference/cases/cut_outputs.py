# Who detaches what a call gives takes it for something with a graph.
from dataclasses import dataclass
from typing import Callable, Optional

import torch

from scores import cos_sim


class Pilot:
    def __init__(self, policy, critic, world, scale, reader):
        self.policy = policy
        self.critic = critic
        self.world = world
        self.scale = scale
        self.reader = reader

    def fly(self, seen):
        moves = self.policy(seen)  #? Output attached likely
        self.world.step(moves.detach().cpu().numpy())
        # A part of it is cut.
        both = self.critic(seen, moves)  #? Output attached likely
        value = both.value.detach()
        #? value: Tensor detached; self.critic: unknown
        rest = both.rest  #? Output attached likely
        now = self.policy(seen)[0].cpu().detach()  #? Tensor detached
        score = self.world.judge.forward(seen).data  #? Tensor detached
        # Other methods, and what is bound more than once, tell nothing.
        read = self.reader.next(seen)  #? unknown
        first = read.detach()
        x = self.scale(seen)  #? unknown
        x = x.detach()
        record = self.reader(seen).data  #? unknown
        plain = self.scale()  #? unknown
        other = plain.detach()
        with torch.no_grad():
            quiet = self.policy(seen)  #? unknown
            quiet.detach()


def roll(policy, world):
    moves = policy(world.state)  #? Output attached likely
    world.step(moves.detach())
    helper = world.policy
    again = helper(moves)  #? unknown
    again.detach()


class Searcher:
    def __init__(self, encoder: torch.nn.Module, model):
        self.encoder = encoder
        self.model = model

    def restore(self, path):
        self.model.load_state_dict(torch.load(path))

    def find(self, images):
        weights = self.encoder.get_parameter("weight").detach()
        #? self.model: Module likely
        seen = self.encoder.encode_image(images)  #? Output attached likely
        both = (seen.detach(), self.model(images))  #? Container (Tensor detached, Output attached)
        score = self.model.score(images, seen)  #? Output attached likely
        kept = score.total.detach()
        mask = self.model.mask(images)  #? unknown
        return mask.sum(), kept


class Ranker:
    def __init__(self, model, strategy):
        self.model = model
        self.strategy = strategy
        self.optimizer = torch.optim.Adam(self.model.parameters())

    def fit(self, batches):
        self.model.train()
        self.strategy.train(batches)
        for batch in batches:
            loss = self.model.ranking_loss(batch)  #? Output attached likely
            loss.backward()
            other = self.strategy.loss(batch)  #? Tensor attached scalar likely
            other.backward()

    def check(self, batches):
        #? self.model: Module likely; self.strategy: unknown
        self.model.eval()
        self.strategy.eval(batches)
        loss = self.model.ranking_loss(batches)  #? Output attached likely
        best = self.model.best(batches)  #? unknown
        other = self.strategy.loss(batches)  #? unknown
        with torch.no_grad():
            quiet = self.model.ranking_loss(batches)  #? unknown
        return loss, best, other, quiet


# What is annotated as something to call, or is a function by default, is a function.
def mine(
    texts: torch.Tensor,
    score: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    distance: "Optional[Callable]",
    weigh: Callable | None,
    encoder,
    similar=cos_sim,
    spread=lambda x: x,
):
    scores = score(texts, texts).detach()
    far = distance(texts)  #? unknown
    heavy = weigh(texts)  #? unknown
    near = similar(texts)  #? unknown
    wide = spread(texts)  #? unknown
    made = encoder(texts)  #? Output attached likely
    return scores, far.detach(), heavy.detach(), near.detach(), wide.detach(), made.detach()


class Scorer:
    def __init__(self, score: Callable, encoder, similar=cos_sim):
        self.score = score
        self.encoder = encoder
        self.compare = similar

    def rank(self, texts):
        scores = self.score(texts)  #? unknown
        near = self.compare(texts)  #? unknown
        made = self.encoder(texts)  #? Output attached likely
        return scores.detach(), near.detach(), made.detach()


@dataclass
class Ranking:
    score: Callable
    encoder: object

    def rank(self, texts):
        scores = self.score(texts)  #? unknown
        made = self.encoder(texts)  #? Output attached likely
        return scores.detach(), made.detach()
