# A function calls what it is handed, and those who hand it over ask of it what networks are asked.
import torch

from nets import build, load, make

net = build("small")
net.load_state_dict(torch.load("small.pt", map_location="cpu"))
net.eval()


def describe(model, batches):
    for batch in batches:
        seen = model(batch)  #? Output attached likely


def rank(scorer, batches):
    # Handed on by another function, of which nothing is known.
    return [scorer(batch) for batch in batches]  #? Container of unknown


def apply(change, value):
    changed = change(value)  #? unknown


def answer(helper, value):
    # One caller hands over something without a name.
    given = helper(value)  #? unknown


def play(driver, value):
    # Only trained: other things are, too.
    moved = driver(value)  #? unknown


def rebound(model, value):
    model = model.names()
    named = model(value)  #? unknown


class Searcher:
    def __init__(self, path):
        self.encoder = load(path)
        self.encoder.eval()

    def search(self, images):
        return self.embed(self.encoder, images)

    def embed(self, encoder, images):
        found = encoder(images)  #? Output attached likely
        return found


def main(pages, words):
    describe(net, pages)
    rank(words, pages)
    apply(str.upper, words)
    net_again = make()
    net_again.eval()
    answer(net_again, words)
    answer(lambda word: word, words)
    driver = make()
    driver.train()
    play(driver, words)
    rebound(net_again, words)


describe(net, [])
