# Networks whose parameters require no gradients: what they give has a graph if what they get has.
import torch
from torch import nn
from torchvision import models

x = torch.ones(1, 3, 8, 8)
trained = nn.Conv2d(3, 3, 1)

shared = models.resnet18()
for p in shared.parameters():
    p.requires_grad = False
shared_out = shared(x)  #? Output
trained_out = trained(x)  #? Output attached


def in_a_body(names):
    net = models.resnet18()
    before = net(x)  #? Output
    for p in net.parameters():
        p.requires_grad_(False)
    y = net(x)  #? Output
    z = net(trained(x))  #? Output attached
    w = net(x.clone().requires_grad_(True))  #? Output attached
    head = models.resnet18()
    for name, p in head.named_parameters():
        if name in names:
            p.requires_grad = False
    y = head(x)  #? Output attached
    return shared(x)  #? Output


def with_another_head(count):
    net = models.resnet18()
    for p in net.parameters():
        p.requires_grad = False
    net.fc = nn.Linear(512, count)
    y = net(x)  #? Output attached
    other = models.resnet18()
    other.requires_grad_(False)
    for p in other.layer4.parameters():
        p.requires_grad = True
    return other(x)  #? Output attached


def at_once():
    net = models.resnet18().requires_grad_(False).eval()
    y = net(x)  #? Output
    other = models.resnet18()
    other.eval().requires_grad_(False)
    again = models.resnet18().requires_grad_(True)
    return again(x)  #? Output attached


class Perceptual(nn.Module):
    def __init__(self):
        super().__init__()
        vgg = models.vgg16().features
        for p in vgg.parameters():
            p.requires_grad = False
        self.vgg = vgg
        self.first = vgg[:4]
        self.head = nn.Linear(2, 2)

    def forward(self, image):
        y = self.vgg(image)  #? Output
        y = self.first(image)  #? unknown
        z = self.head(image)  #? Output attached
        return self.vgg(z)  #? Output attached


class Distilled(nn.Module):
    def __init__(self, teacher: nn.Module, student: nn.Module, teachers: list):
        super().__init__()
        self.teacher = teacher
        self.student = student
        self.one, self.two = models.resnet18(), models.resnet34()
        self.flagged = models.resnet18()
        self._freeze(self.teacher)
        self._prepare()

    def _prepare(self):
        for net in (self.one, self.two):
            for p in net.parameters():
                p.requires_grad = False
        if self.flagged.training:
            freeze_all(self.flagged)

    @staticmethod
    def _freeze(net):
        for p in net.parameters():
            p.requires_grad = False

    def unused(self):
        self.student.requires_grad_(False)

    def forward(self, image):
        y = self.one(image)  #? Output
        y = self.two(image)  #? Output
        y = self.flagged(image)  #? Output
        y = self.teacher(image)  #? Output
        return self.student(image)  #? Output attached


def freeze_all(net):
    for _, p in net.named_parameters():
        p.requires_grad = False


class Inception(nn.Module):
    def __init__(self, trains=False):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)])
        for p in self.parameters():
            p.requires_grad = trains

    def forward(self, image):
        for block in self.blocks:
            image = block(image)  #? Output
        return image


def whole():
    inception = Inception()
    y = inception(x)  #? Output
    return inception(trained(x))  #? Output attached
