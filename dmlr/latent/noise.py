"""Where all randomness of a sample comes from."""

import hashlib

import torch


def sample_generator(run_seed: int, sample_id: str) -> torch.Generator:
    """A CPU generator seeded by run and sample alone.

    Neither the order of the samples nor shards, batches or devices change what it draws.
    """
    seed = hashlib.sha256(f"{run_seed}/{sample_id}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(seed[:8], "big") >> 1)
