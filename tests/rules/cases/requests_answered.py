# mypy: ignore-errors
# ruff: noqa
"""Functions that answer one request after another: what they keep of the answers."""

import queue

import torch
from fastapi import FastAPI
from PIL import Image
from torch import nn
from torch.distributions import Categorical

app = FastAPI()
model = torch.jit.load("scorer.pt")
model.eval()
seen = []
by_key = {}
slots = {}
numbers = []
waiting = []
recent = queue.deque(maxlen=8)
pictures = []
read = []


@app.post("/score")
def score(body: dict):
    out = model(torch.tensor(body["x"]))
    seen.append(out)  # leak: LP002
    by_key[body["id"]] = out  # leak: LP002
    slots["last"] = out
    numbers.append(out.tolist())
    waiting.append(out)
    return numbers[-1]


@app.get("/drain")
def drain():
    values = [float(one.sum()) for one in waiting]
    waiting.clear()
    return values


@app.post("/quiet")
@torch.no_grad()
def quiet(body: dict):
    seen.append(model(torch.tensor(body["x"])))


policy = nn.Linear(4, 2)
optimizer = torch.optim.Adam(policy.parameters())
log_probs = []


def choose_action(state):
    chances = Categorical(logits=policy(torch.as_tensor(state)))
    action = chances.sample()
    log_probs.append(chances.log_prob(action))
    return action.item()


def learn(rewards):
    loss = -sum(one * reward for one, reward in zip(log_probs, rewards))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    del log_probs[:]


class Scorer:
    def __init__(self, network: nn.Module):
        self.network = network
        self.answers = []
        self.batch = []

    def predict(self, x):
        self.network.eval()
        answer = self.network(x)
        self.answers.append(answer)  # leak: LP002
        self.batch.append(answer)
        return answer.argmax().item()

    def flush(self):
        found, self.batch = self.batch, []
        return found


@app.post("/keep")
def keep(body: dict):
    pictures.append(Image.open(body["path"]))  # leak: LG003
    read.append(Image.open(body["path"]).convert("RGB"))
    local = []
    local.append(Image.open(body["path"]))
    return len(local)
