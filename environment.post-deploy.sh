# Snakemake runs this once in the environment that it makes with --sdm conda, which has the packages and not dmlr.
# That one is where the environment that snakemake itself runs in has it from.
set -eu
python=$(dirname "$(command -v dmlr)")/python
project=$("$python" -c 'import pathlib, dmlr; print(pathlib.Path(dmlr.__file__).parents[1])')
pip install --quiet --no-deps --editable "$project"
