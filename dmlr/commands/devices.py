"""Options of the subcommands that use GPUs."""

from typing import Annotated

import typer

GpuCount = Annotated[
    int, typer.Option("--gpus", min=0, help="GPUs to lease; the model is spread over them. 0: CPU.")
]
GpuShare = Annotated[
    int, typer.Option("--gpu-share", min=1, help="Jobs that may use a GPU at a time.")
]
