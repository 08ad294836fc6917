# A notebook as it is exported: cells one after another, names used again and again.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
import torchvision
from sklearn.metrics import accuracy_score
from torchvision import models, transforms
from tqdm.auto import tqdm

torch.manual_seed(42)
device = "cuda" if torch.cuda.is_available() else "cpu"  #? Other

# %%
df = pd.read_csv("train.csv")
X = torch.tensor(df.values[:, 1:], dtype=torch.float32)  #? Tensor detached
y = torch.from_numpy(df["label"].to_numpy())  #? Tensor detached
ds = torch.utils.data.TensorDataset(X, y)
dl = torch.utils.data.DataLoader(ds, batch_size=64)  #? Loader
xb, yb = next(iter(dl))

# %%
model = models.resnet18(weights="DEFAULT")  #? Module
for param in model.parameters():
    param.requires_grad = False
model.fc = nn.Linear(512, 10)  #? Module
features = nn.Sequential(*list(model.children())[:-1])  #? Module
model = model.to(device)  #? Module
loss_fn = nn.CrossEntropyLoss()  #? Criterion
opt = torch.optim.Adam(model.fc.parameters())  #? Optimizer

# %%
w = torch.randn(784, 10) / 28  #? Tensor detached
w.requires_grad_()
b = torch.zeros(10, requires_grad=True)  #? Tensor detached
lr = 0.5


def linear(xb):
    return xb @ w + b


def accuracy(out, yb):
    preds = torch.argmax(out, dim=1)  #? Tensor detached
    return (preds == yb).float().mean()  #? Tensor detached scalar


# %%
def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    for epoch in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss = loss_func(model(xb), yb)  #? Tensor attached scalar likely
            loss.backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        with torch.no_grad():
            losses, nums = zip(*[(loss_func(model(xb), yb), len(xb)) for xb, yb in valid_dl])  #? nums: Container of Number
        val_loss = np.sum(np.multiply(losses, nums)) / np.sum(nums)
        print(epoch, val_loss)


fit(2, model, loss_fn, opt, dl, dl)

# %%
train_losses, test_losses = [], []
for epoch in tqdm(range(5)):  #? epoch: Number
    epoch_loss = 0
    for xb, yb in dl:
        xb, yb = xb.to(device), yb.to(device)
        pred = model(xb)  #? Output attached
        loss = loss_fn(pred, yb)  #? Tensor attached scalar
        opt.zero_grad()
        loss.backward()
        opt.step()
        epoch_loss += loss  #? Tensor attached scalar
    train_losses.append(epoch_loss / len(dl))
    test_losses.append(epoch_loss.item())
plt.plot([l.detach().cpu() for l in train_losses])
last = train_losses[-1]  #? Tensor attached scalar
curve = [l.cpu().detach().numpy() for l in train_losses]  #? Container of Array
means = torch.tensor(test_losses).mean()  #? Tensor detached scalar

# %%
with torch.inference_mode():
    all_preds = []
    for xb, _ in dl:
        all_preds.append(model(xb).argmax(1).cpu())
    preds = torch.cat(all_preds)  #? Tensor detached
    probs = model(xb).softmax(dim=1)  #? Tensor detached
score = accuracy_score(y, preds)
embedding = features(xb)  #? Output attached
activations = {}


def hook(name):
    def keep(module, input, output):
        activations[name] = output.detach()

    return keep


handle = model.fc.register_forward_hook(hook("fc"))  #? HookHandle
_ = model(xb)
handle.remove()
metrics = {"correct": 0, "total": 0}
for xb, yb in dl:
    hits = (model(xb).argmax(1) == yb).sum()  #? Tensor detached scalar
    metrics["correct"] += hits
    metrics["total"] += len(yb)
total = metrics["total"]  #? Number
correct = metrics["correct"]  #? Tensor detached scalar
ratio = metrics["correct"] / metrics["total"]  #? Tensor detached scalar
short = 0
for _ in range(3):
    short = short + loss_fn(model(xb), yb)  #? Tensor attached scalar
mean = short / 3  #? Tensor attached scalar
