# mypy: ignore-errors
# ruff: noqa
"""Inference: with and without recording."""

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.utils import save_image


def predict(net: nn.Module, data):
    scores = []
    for x in DataLoader(data):
        scores.append(net(x))  # leak: LP007
    return torch.cat(scores)


def predict_numbers(net: nn.Module, data):
    hits = 0
    for x, y in DataLoader(data):
        hits += (net(x).argmax(1) == y).sum().item()  # leak: LP007
    return hits / len(data)


@torch.inference_mode()
def infer(net: nn.Module, data):
    return [net(x) for x in DataLoader(data)]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))

    def extract_features(self, x):
        features = []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return features

    def forward(self, x):
        return self.extract_features(x)[-1]


def fgsm(net: nn.Module, loader, eps):
    net.eval()
    hits = 0
    for x, y in loader:
        x.requires_grad = True
        loss = nn.functional.nll_loss(net(x), y)
        net.zero_grad()
        loss.backward()
        hits += (net(x + eps * x.grad.sign()).argmax(1) == y).sum().item()
    return hits


def evaluate(net: nn.Module, loader):
    net.eval()
    torch.set_grad_enabled(False)
    outputs = []
    for x in loader:
        outputs.append(net(x))
    torch.set_grad_enabled(True)
    return outputs


def training_losses(net: nn.Module, loader, criterion: nn.MSELoss):
    total = 0.0
    for x, y in loader:
        total = total + criterion(net(x), y)
    return total


def lbfgs(net: nn.Module, loader, optimizer):
    def closure():
        optimizer.zero_grad()
        loss = 0.0
        for x, y in loader:
            loss = loss + nn.functional.mse_loss(net(x), y)  # leak: LP014
        loss.backward()
        return loss

    optimizer.step(closure)


class Estimator:
    def __init__(self, net: nn.Module):
        self.net = net

    def forward_for_attack(self, x):
        self.net.eval()
        return self.net(x)


def test_shapes(data):
    net = nn.Linear(4, 2)
    net.eval()
    for x in DataLoader(data):
        assert net(x).shape == (1, 2)


from elsewhere import Estimator


class Scoring(Estimator):
    def __init__(self, network, batch_size):
        super().__init__(batch_size)
        self.network = network
        self.optimizer = torch.optim.Adam(self.network.parameters())

    def predict(self, samples):
        self.network.eval()
        samples = self.prepared(samples)
        results = []
        for start in range(0, len(samples), 32):
            output = self.network(samples[start : start + 32])  # leak: LP008
            results.append(output.detach().cpu().numpy())
        return results

    def scores_of(self, views):
        # Whoever calls this may have set the mode, and switched recording off.
        return [self.network(view).detach().cpu().numpy() for view in views]


class Player:
    def __init__(self, policy: nn.Module, game):
        self.policy = policy
        self.game = game

    def play(self, rounds):
        reward = 0.0
        state = self.game.reset()
        for _ in range(rounds):
            scores = self.policy(torch.as_tensor(state))  # leak: LP007
            state, gained = self.game.step(scores.detach().argmax().item())
            reward += gained
        return reward

    def best_moves(self, states):
        # Whoever calls this may have switched recording off.
        return [self.policy(state).argmax().item() for state in states]

    def observed(self, learner, rounds):
        for _ in range(rounds):
            scores = self.policy(self.game.state)
            self.game.step(scores.argmax().item())
            learner.observe(scores.max())

    def remembered(self, rounds):
        for _ in range(rounds):
            scores = self.policy(self.game.state)
            self.game.step(scores.detach().argmax().item())
            self.likelihood = scores.max()

    def told(self, rounds):
        for _ in range(rounds):
            scores = self.policy(self.game.state)
            self.game.step(scores.detach().argmax().item())
            yield scores


def moves(policy: nn.Module, states):
    return [policy(state).argmax().item() for state in states]  # leak: LP007


def tournament(states):
    policy = nn.Linear(4, 2)
    for state in states:
        print(moves(policy, state))


def adversary(decoder: nn.Module, critic: nn.Module, loader, optimizer, log):
    for noise, images in loader:
        made = decoder(noise)
        scores = critic(images) - critic(made.detach())
        log(made.detach().cpu().numpy(), scores.mean().item())
        optimizer.zero_grad()
        (critic(made) + scores).mean().backward()
        optimizer.step()
        shown = [decoder(noise).detach(), critic(made).argmax()]  # leak: LP007, LP007
        print(shown[0].mean().item(), shown[1].item())


def grid(images, path):
    save_image([image.detach().clamp(0, 1) for image in images], path)


class Pyramid(nn.Module):
    def __init__(self, levels):
        super().__init__()
        self.levels = nn.ModuleList(nn.Linear(4, 4) for _ in range(levels))

    def forward(self, x):
        made = []
        for level in self.levels:
            x = level(x)
            made.append(x.tanh())
        return made


def paint(loader, noise):
    painter = Pyramid(3)
    optimizer = torch.optim.Adam(painter.parameters())
    for step, x in enumerate(loader):
        optimizer.zero_grad()
        sum(level.mean() for level in painter(x)).backward()
        optimizer.step()
        if step % 100 == 0:
            grid(painter(noise), f"{step}.png")  # leak: LP007


class Pilot:
    def __init__(self, policy, world):
        self.policy = policy
        self.world = world

    def fly(self, steps):
        for _ in range(steps):
            self.world.step(self.policy(self.world.state)[0].detach().cpu())  # leak: LP007

    def drift(self, steps):
        for _ in range(steps):
            choice = self.policy(self.world.state)  # leak: LP007
            self.world.step(choice.move.detach().numpy())

    def remember(self, steps, memory):
        for _ in range(steps):
            choice = self.policy(self.world.state)
            self.world.step(choice.move.detach().numpy())
            memory.add(choice.likelihood)

    def learn(self, steps, optimizer):
        for _ in range(steps):
            choice = self.policy(self.world.state)
            self.world.step(choice.move.detach().numpy())
            choice.loss.backward()
            optimizer.step()


def decoded(model, rows, device):
    start = torch.zeros(4, requires_grad=False, device=device)
    for row in rows:
        print(model.generator.forward(row, start).data.argmax())  # leak: LP007


def speak(model, rows):
    decoded(model, rows, "cpu")


class Searcher:
    def __init__(self, encoder: nn.Module):
        self.encoder = encoder

    def vectors(self, loader):
        self.encoder.eval()
        found = []
        for images in loader:
            seen = self.encoder.encode_image(images)  # leak: LP008
            found.append(seen.detach().cpu())
        return torch.cat(found)


def evaluate_one_batch(net: nn.Module, data):
    for x in DataLoader(data):
        print(net(x).argmax(1))
        break


def evaluate_first(net: nn.Module, data):
    for x in DataLoader(data):
        return net(x).argmax(1)


def evaluate_until(net: nn.Module, data, good):
    for x in DataLoader(data):
        if good(net(x).argmax(1)):  # leak: LP007
            break


def test_epoch(model, loader, device):
    # A function of the program calls it: it is no unit test.
    model.eval()
    hits = 0
    for x, y in loader:
        out = model(x.to(device))  # leak: LP008
        hits += (out.argmax(1) == y.to(device)).sum().item()
    return hits / len(loader.dataset)


def epochs(model, loader, device):
    for epoch in range(10):
        print(test_epoch(model, loader, device))


def test_of_itself(model, loader):
    model.eval()
    for x, y in loader:
        assert model(x).shape == y.shape
