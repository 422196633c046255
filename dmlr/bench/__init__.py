"""What the engine costs: its times beside plain passes, decode steps and the naive algorithm."""

import dmlr.vlm  # noqa: F401  (lets torchvision be imported, before transformers asks for it)
