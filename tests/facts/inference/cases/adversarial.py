# Generators and discriminators, recurrent state, moving averages.
import copy

import torch
import torch.nn as nn
from torch import autograd
from torch.autograd import Variable


class Generator(nn.Module):
    def __init__(self, nz=100):
        super().__init__()
        self.main = nn.Sequential(nn.ConvTranspose2d(nz, 64, 4), nn.Tanh())

    def forward(self, input):
        return self.main(input)  #? Output attached


class Discriminator(nn.Module):
    def __init__(self):
        super(Discriminator, self).__init__()
        self.main = nn.Sequential(nn.Conv2d(3, 64, 4), nn.Sigmoid())
        self.heads = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])  #? Module

    def forward(self, input):
        features = []
        for layer in self.main:  #? layer: Module likely
            input = layer(input)
            features.append(input)
        return self.main(input).view(-1, 1).squeeze(1)  #? Tensor attached


netG = Generator()  #? Module
netD = Discriminator()  #? Module
criterion = nn.BCELoss()  #? Criterion
optimizerD = torch.optim.Adam(netD.parameters())
optimizerG = torch.optim.Adam(netG.parameters())
fixed_noise = torch.randn(64, 100, 1, 1)  #? Tensor detached
G_losses, D_losses, iters = [], [], 0  #? G_losses: Container (); iters: Number 0

for i, data in enumerate(torch.utils.data.DataLoader([]), 0):  #? i: Number
    netD.zero_grad()
    real = data[0].to("cuda")
    b_size = real.size(0)  #? Number
    label = torch.full((b_size,), 1.0)  #? Tensor detached
    output = netD(real).view(-1)  #? Tensor attached
    errD_real = criterion(output, label)  #? Tensor attached scalar
    errD_real.backward()
    D_x = output.mean().item()  #? Number
    noise = torch.randn(b_size, 100, 1, 1)  #? Tensor detached
    fake = netG(noise)  #? Output attached
    label.fill_(0.0)
    output = netD(fake.detach()).view(-1)  #? Tensor attached
    errD_fake = criterion(output, label)  #? Tensor attached scalar
    errD_fake.backward()
    errD = errD_real + errD_fake  #? Tensor attached scalar
    optimizerD.step()
    netG.zero_grad()
    errG = criterion(netD(fake).view(-1), label)  #? Tensor attached scalar
    errG.backward()
    optimizerG.step()
    G_losses.append(errG.item())
    D_losses.append(errD.detach())
    last_g, last_d = G_losses[-1], D_losses[-1]  #? last_g: Number; last_d: Tensor detached scalar
    with torch.no_grad():
        images = netG(fixed_noise).detach().cpu()  #? Tensor detached
    iters += 1  #? Number


def gradient_penalty(critic, real, fake):
    alpha = torch.rand(real.size(0), 1)  #? Tensor detached
    interpolates = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    d = netD(interpolates)  #? Tensor attached
    gradients = autograd.grad(outputs=d, inputs=interpolates, create_graph=True)[0]
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()  #? Tensor attached scalar


class EMA:
    def __init__(self, model: nn.Module, decay=0.99):
        self.module = copy.deepcopy(model)  #? Module
        self.decay = decay

    @torch.no_grad()
    def update(self, model):
        for ema_p, p in zip(self.module.parameters(), model.parameters()):
            ema_p.mul_(self.decay).add_(p, alpha=1 - self.decay)
        out = self.module(torch.ones(2))  #? Output detached


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp, nhid):
        super().__init__()
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.LSTM(ninp, nhid)
        self.decoder = nn.Linear(nhid, ntoken)
        self.hidden = None

    def init_hidden(self, bsz):
        weight = next(self.parameters())
        return (weight.new_zeros(1, bsz, 2), weight.new_zeros(1, bsz, 2))

    def forward(self, input, hidden):
        emb = self.encoder(input)  #? Output attached
        output, hidden = self.rnn(emb, hidden)  #? output: Output attached; hidden: Output attached
        decoded = self.decoder(output.view(-1, 2))  #? Output attached
        return decoded, hidden

    def stateful(self, input):
        out, self.hidden = self.rnn(input, self.hidden)  #? out: Output attached; self.hidden: Output attached
        return out


def repackage_hidden(h):
    if isinstance(h, torch.Tensor):
        return h.detach()  #? Tensor detached
    return tuple(repackage_hidden(v) for v in h)


rnn = RNNModel(10, 10, 10)
hidden = rnn.init_hidden(4)
for data, targets in [(torch.ones(2), torch.ones(2))]:  #? data: Tensor detached
    hidden = repackage_hidden(hidden)  #? unknown
    output, hidden = rnn(data, hidden)  #? output: Output attached; hidden: Output attached
    loss = nn.functional.cross_entropy(output, targets)  #? Tensor attached scalar
    hidden = tuple(h.detach() for h in hidden)  #? Container of Tensor detached
    state = [each.data for each in hidden]  #? Container of Tensor detached

# As it was written before torch 0.4.
x = Variable(torch.ones(3), volatile=True)  #? Tensor detached
y = netG(Variable(torch.ones(3)))  #? Output attached
old_loss = criterion(y, x)  #? Tensor attached scalar
number = old_loss.data[0]  #? Tensor detached
total = 0
total += old_loss.data  #? Tensor detached scalar


def slopes(critic: nn.Module, real: torch.Tensor):
    mixed = real * 2  #? Tensor
    mixed.requires_grad = True
    mixed  #? Tensor detached likely
    scores = mixed.sum()  #? Tensor attached scalar likely
