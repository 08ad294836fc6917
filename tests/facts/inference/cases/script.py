# A script as tutorials write it: everything at the top level.
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")  #? Device
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)).to(device)  #? Module
criterion = nn.CrossEntropyLoss()  #? Criterion
optimizer = optim.Adam(model.parameters(), lr=1e-3)  #? Optimizer
train_loader = DataLoader(make_dataset(), batch_size=32, shuffle=True)  #? Loader
epochs = 10  #? Number 10
history = []  #? Container ()
best = None  #? None

for epoch in range(epochs):  #? Number
    running_loss = 0.0  #? Number
    correct = total = 0  #? Number; total: Number
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):  #? batch_idx: Number; data: unknown
        data, target = data.to(device), target.to(device)  #? data: unknown
        optimizer.zero_grad()
        output = model(data)  #? Output attached
        loss = criterion(output, target)  #? Tensor attached scalar
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)  #? Tensor detached
        optimizer.step()
        running_loss += loss.item()  #? Number
        pred = output.argmax(dim=1, keepdim=True)  #? Tensor detached
        hits = pred.eq(target.view_as(pred)).sum().item()  #? Number
        correct += hits  #? Number
        total += target.size(0)  #? Number
        probs = F.softmax(output, dim=1)  #? Tensor attached
        _, predicted = torch.max(output.data, 1)  #? predicted: Tensor detached
        acc = (predicted == target).float().mean()  #? Tensor detached scalar
        if batch_idx % 100 == 0:
            message = f"{epoch}: {loss.item():.3f}"  #? Other
            print(message)  #? Other
    avg = running_loss / len(train_loader)  #? Number
    history.append(avg)
    first = history[0]  #? Number
    if best is None or avg < best:
        best = avg  #? Number
        torch.save(model.state_dict(), "best.pt")

with torch.no_grad():
    total_loss = 0  #? Number
    for data, target in train_loader:
        out = model(data.to(device))  #? Output detached
        total_loss += F.cross_entropy(out, target, reduction="sum")  #? Tensor detached scalar
        top5 = out.topk(5, 1)[1]  #? Tensor detached
after = model(data)  #? Output attached
