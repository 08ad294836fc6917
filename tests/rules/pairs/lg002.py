# mypy: ignore-errors
# ruff: noqa
"""LG002: a pool kept on an object."""

# smelly
import torch.multiprocessing as mp


class Scorer:
    def run(self, jobs):
        self.pool = mp.Pool(4)  # leak
        return self.pool.map(score, jobs)


# repaired
import torch.multiprocessing as mp


class Scorer:
    def run(self, jobs):
        with mp.Pool(4) as pool:
            return pool.map(score, jobs)
