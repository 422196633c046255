"""Lets torchvision be imported beside a torch build that its compiled operators do not fit.

The torchvision wheel of the package registry is compiled against a CUDA build of torch. Beside the
CPU build its library does not load, and then ``import torchvision`` fails, because it registers shape
functions for two operators (``nms``, ``qnms``) that nobody has defined. Nothing here uses these two;
their schemas are all that the import needs. transformers and qwen-vl-utils import torchvision, so
``dmlr.vlm`` calls ``define_missing_ops`` before it imports them.
"""

from importlib.util import find_spec
from pathlib import Path

import torch


def define_missing_ops() -> None:
    """Define the two schemas, only where torchvision is installed and its operators do not load."""
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None or _compiled_ops_load(Path(spec.origin).parent):
        return
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor a, Tensor b, float c) -> Tensor")


def _compiled_ops_load(package: Path) -> bool:
    try:
        for library in package.glob("_C*.so"):
            torch.ops.load_library(str(library))
    except OSError:
        return False
    return True
