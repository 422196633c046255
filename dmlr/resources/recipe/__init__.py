"""How the embedded model was made: ``python -m dmlr.resources.recipe.train OUT``."""

import dmlr.vlm  # noqa: F401  (makes torchvision importable before transformers asks for it)
