"""Writes the JSON schema of the configuration for editors: ``python -m dmlr.schemas FOLDER``."""

import sys
from pathlib import Path

import yaml

from dmlr.experiment import Experiment
from dmlr.files import write_text

HEAD = "# Made from dmlr/experiment.py by `make schemas`; a test keeps the two equal.\n"


def config_schema() -> str:
    """The schema of all configuration files merged, as YAML."""
    schema = Experiment.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return HEAD + yaml.safe_dump(schema, sort_keys=False, allow_unicode=True, width=100)


if __name__ == "__main__":
    write_text(Path(sys.argv[1]) / "config.schema.yaml", config_schema())
