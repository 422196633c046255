"""Test-time latent reasoning (DMLR, arXiv 2512.12623) made reproducible.

Axis legend, used in every shape annotation: ``batch``, ``seq`` (tokens of the language model),
``think`` (latent think tokens), ``patch`` (image tokens of the language model after the merger),
``hidden`` (width of the language model), ``vocab``. In statistics: ``sample``, ``item`` (what a
metric counts: samples, or whole groups of them), ``unit`` (items that are drawn together),
``resample`` (one draw of units), ``test`` (one comparison of two runs).
"""

__version__ = "0.1.0"
