# mypy: ignore-errors
# ruff: noqa
"""Networks of other files that are evaluated by a method of their own, where no word of this file
switches recording off."""

from sentence_transformers import SentenceTransformer
from torch import optim

sentences = SentenceTransformer("all-MiniLM-L6-v2")
sentences.eval()


class Recommender:
    def __init__(self, model):
        self.model = model
        self.optimizer = optim.Adam(self.model.parameters())

    def fit(self, loader):
        self.model.train()
        for batch in loader:
            self.optimizer.zero_grad()
            self.model.calculate_loss(batch).backward()
            self.optimizer.step()

    def evaluate(self, loader):
        self.model.eval()
        scores = []
        for batch in loader:
            scores.append(self.model.predict(batch))  # leak: LP008
        return scores

    def rank(self, loader):
        self.model.eval()
        best = []
        for batch in loader:
            best.append(self.model.full_sort_predict(batch).argmax().item())  # leak: LP008
        return best

    def load(self, loader, state):
        self.model.eval()
        self.model.load_state_dict(state)
        return [self.model.prepare(batch) for batch in loader]

    def in_training(self, loader):
        return [self.model.predict(batch) for batch in loader]


def embed(texts):
    vectors = []
    for text in texts:
        vectors.append(sentences.encode(text))
    return vectors


class Classifier:
    def __init__(self, network):
        self.network = network
        self.estimator = make_estimator()

    def scores(self, batches):
        self.network.eval()
        return [self.estimator.predict(batch) for batch in batches]
