"""The vision-language model, seen as the few calls that the methods need."""

from dmlr.vlm.torchvision_ops import define_missing_ops

define_missing_ops()
