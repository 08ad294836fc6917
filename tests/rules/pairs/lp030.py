# mypy: ignore-errors
# ruff: noqa
"""LP030: every image of a data set kept open."""

# smelly
from PIL import Image
from torch.utils.data import Dataset


class Photos(Dataset):
    def __init__(self, paths):
        self.images = [Image.open(path) for path in paths]  # leak

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return to_tensor(self.images[index])


# repaired
from PIL import Image
from torch.utils.data import Dataset


class Photos(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            return to_tensor(image)
