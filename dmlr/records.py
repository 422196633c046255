"""The records that the stages hand to each other, and how they are stored.

Every record file carries the kind of its records, ``FORMAT``, the provenance of the stage that wrote it,
and its own SHA-256; reading checks all but the provenance.
"""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from dmlr.errors import RecordError
from dmlr.files import replacing
from dmlr.sealed import FIELD, blank, is_whole, sealed

AUDIT_FORMAT = 1  # of audit.json; raise it when a field changes its meaning
FORMAT = "9"  # raise it when a field changes its meaning

Verdict4 = Literal["correct", "wrong", "unparsed", "failed"]
PromptSource = Literal["unified", "official", "released"]


class Record(BaseModel):
    """Base of all records: immutable, closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Gold(Record):
    """One gold answer.

    ``text`` is the answer as its source writes it, for a choice the option's text; ``letter`` is set
    where the kind is ``choice``, ``value`` where it is a number, ``precision`` (decimals that count)
    where the source says it. ``aliases`` are other answers that are right too, for a choice letters;
    ``details`` is the source's sentence about the answer (HallusionBench), for judges; ``solution`` is
    the whole string of the authors' file, with which the released rules compare.
    """

    kind: Literal["choice", "integer", "float", "list", "yesno", "expression"]
    text: str
    letter: str | None = None
    value: float | None = None
    precision: int | None = None
    aliases: tuple[str, ...] = ()
    details: str = ""
    solution: str = ""


class ImageFile(Record):
    """An image under the benchmark's ``images/`` folder; sizes in pixels, bytes as in the source."""

    sha256: str
    file: str
    width: int
    height: int
    bytes: int


class Sample(Record):
    """One question with its image.

    ``gold`` maps a label set (released, official, corrected) to that set's answer, None where the set
    has none. ``groups`` holds ids that a metric or a breakdown groups by. ``hint`` is text that belongs
    to the question (ScienceQA). ``prompt_source`` says whose wording of the question the model gets:
    unified (ours), official or released; ``style`` names the official one where it is put together
    from the fields, ``wordings`` holds those that a source spells out. ``errata`` lists what was
    repaired. dmlr/wording.py puts the question into words.
    """

    sample_id: str
    question: str
    options: tuple[str, ...]
    gold: dict[str, Gold | None]
    image: ImageFile
    category: str
    groups: dict[str, str]
    hint: str = ""
    prompt_source: PromptSource = "unified"
    style: str = "plain"
    wordings: dict[str, str] = {}
    errata: tuple[str, ...] = ()


class Prediction(Record):
    """One answer.

    ``status`` is failed where no answer could be made; ``error`` then says why. ``intermediate`` is what
    a method of two stages wrote before its answer (a rationale, a scene graph), as it wrote it.
    ``replies`` are all that were voted on, in their order, where a method writes several;
    ``generated_tokens`` counts all of them.
    ``insertions`` lists the image tokens of every block that was put into the reply, in its order;
    ``triggers`` counts the generated tokens that could ask for one (ICoT's new lines).
    ``forwarded_tokens`` went through the language model for this sample, in ``model_passes`` passes:
    prompt, optimisation, replies and whatever was inserted, without padding. Its batch had
    ``batch_rows`` samples, and so many bytes were in use at its peak: weights included; where a CPU's
    peak cannot start anew, the whole process's; None where nothing was measured. Seconds are the
    sample's share of its batch. ``device`` is what answered: a GPU's name, or cpu and its instructions.
    ``best_patches`` lists per think token the image tokens injected at the decode, counted row by row
    in a grid of ``grid_rows`` x ``grid_columns``. ``best_step`` counts from 0; -1 is the state before
    the first step.
    """

    sample_id: str
    status: Literal["ok", "failed"]
    error: str | None = None
    text: str = ""
    stop_reason: Literal["end", "length"] | None = None
    prompt_tokens: int = 0
    image_tokens: int = 0
    generated_tokens: int = 0
    intermediate: str | None = None
    intermediate_stop_reason: Literal["end", "length"] | None = None
    intermediate_tokens: int = 0
    replies: list[str] = []
    insertions: list[list[int]] = []
    triggers: int = 0
    model_passes: int = 0
    forwarded_tokens: int = 0
    batch_rows: int = 0
    device: str = ""
    peak_memory_bytes: int | None = None
    prefill_seconds: float = 0.0
    intermediate_seconds: float = 0.0
    optimise_seconds: float = 0.0
    decode_seconds: float = 0.0
    initial_reward: float | None = None
    best_reward: float | None = None
    best_step: int | None = None
    best_patches: list[list[int]] = []
    grid_rows: int = 0
    grid_columns: int = 0


class TraceStep(Record):
    """One step of the latent optimisation of one sample.

    ``candidate_reward`` drove the update, ``reward`` is the highest of the step's sequences, and
    ``patch_count`` how many patches that one held, all think tokens together; ``is_best`` says that one
    of them beat all before. As in the released code's log, ``sigma`` and ``patch_budget`` are what the
    step leaves to the next one; a budget of -1 has no limit. ``patch_counts`` is how many patches each
    think token holds in the best state, ``best_patches`` which ones (image tokens, row by row) where the
    step is a new best; it is empty where they are as before. Norms are Euclidean, over all think tokens,
    after the update.
    """

    sample_id: str
    step: int
    candidate_reward: float
    reward: float
    sigma: float
    is_best: bool
    patch_count: int
    patch_counts: list[int]
    best_patches: list[list[int]]
    patch_budget: int
    think_norm: float
    update_norm: float


class Verdict(Record):
    """The score of one prediction under one protocol and one label set.

    ``score`` is 1 for correct, 0 for wrong and None for unparsed and failed, whose ``reason`` says why.
    ``extracted`` is the answer as it was read, ``compared`` what of it was held against the gold: 0.50
    and 0.5 are one answer. None where none could be read. Where a judge model decided, ``judgement`` is
    the key of its reply in the ledger, ``judge_model`` what its server says it is, ``judge_reply`` what
    it wrote and the tokens what that took, whenever it was asked.
    """

    sample_id: str
    labels: str
    verdict: Verdict4
    score: int | None
    extracted: str | None
    compared: str | None
    rule: str
    reason: str | None = None
    judgement: str | None = None
    judge_model: str | None = None
    judge_reply: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0


class Chain(Record):
    """What a reply owes to the picture, and what each of its steps adds (the paper's Figures 2 to 4).

    Measured by the frozen model under the unified prompt, without think tokens, whatever profile wrote
    the reply. ``dependency`` is, for each token of the reply, its log-probability with the sample's
    picture less that with the perturbed one; ``log_probability`` is the former. ``step_ends`` counts
    the tokens up to the end of each reasoning step, the last being all of them.
    ``gold_log_probability`` is that of the ``gold`` answer after 0, 1, ... steps, so it has one entry
    more; empty where ``labels``, the set that the gold is from, is None: there is none. Logarithms are
    natural. ``status`` is failed where nothing could be measured; ``error`` then says why.
    """

    sample_id: str
    status: Literal["ok", "failed"]
    error: str | None = None
    dependency: list[float] = []
    log_probability: list[float] = []
    step_ends: list[int] = []
    labels: str | None = None
    gold: str | None = None
    gold_log_probability: list[float] = []

    def of_sample(self) -> str:
        """Which sample the reply is to."""
        return self.sample_id

    def is_failed(self) -> bool:
        """Whether nothing could be measured."""
        return self.status == "failed"


class AttentionMap(Record):
    """Attention to the image tokens, the mean over layers and heads (the paper's Figure 10).

    ``source`` is think (one think ``token`` at one ``step`` of the optimisation, -1 the start) or reply
    (the mean over the tokens of the baseline's reply; ``step`` and ``token`` are None). ``attention``
    has a value for each cell of a grid of ``grid_rows`` x ``grid_columns``, row by row; with all other
    tokens a row of attention sums to 1.
    """

    sample_id: str
    source: Literal["think", "reply"]
    step: int | None
    token: int | None
    attention: list[float]
    grid_rows: int
    grid_columns: int


class Embedding(Record):
    """One input embedding of a sample, on the sample's first two principal components (Figure 10).

    The components are those of all rows of one sample together. ``kind`` text: a token of the prompt;
    image: an image token; think: think ``token`` at ``step`` of the optimisation (-1 the start). Else
    both are None.
    """

    sample_id: str
    kind: Literal["text", "image", "think"]
    step: int | None
    token: int | None
    x: float
    y: float


AnyRecord = TypeVar("AnyRecord", bound=Record)

_PATCHES = pa.list_(pa.int32())
_NUMBERS = pa.list_(pa.float64())
_IMAGE = pa.struct(
    [("sha256", pa.string()), ("file", pa.string()), ("width", pa.int32()), ("height", pa.int32()),
     ("bytes", pa.int64())]
)  # fmt: skip
SCHEMAS: dict[type[Record], pa.Schema] = {
    Sample: pa.schema(
        [("sample_id", pa.string()), ("question", pa.string()), ("options", pa.list_(pa.string())),
         ("gold", pa.string()), ("image", _IMAGE), ("category", pa.string()),
         ("groups", pa.string()), ("hint", pa.string()), ("prompt_source", pa.string()),
         ("style", pa.string()), ("wordings", pa.string()), ("errata", pa.list_(pa.string()))]
    ),
    Prediction: pa.schema(
        [("sample_id", pa.string()), ("status", pa.string()), ("error", pa.string()),
         ("text", pa.string()), ("stop_reason", pa.string()), ("prompt_tokens", pa.int32()),
         ("image_tokens", pa.int32()), ("generated_tokens", pa.int32()),
         ("intermediate", pa.string()), ("intermediate_stop_reason", pa.string()),
         ("intermediate_tokens", pa.int32()), ("replies", pa.list_(pa.string())),
         ("insertions", pa.list_(_PATCHES)), ("triggers", pa.int32()),
         ("model_passes", pa.int32()), ("forwarded_tokens", pa.int32()),
         ("batch_rows", pa.int32()), ("device", pa.string()), ("peak_memory_bytes", pa.int64()),
         ("prefill_seconds", pa.float64()),
         ("intermediate_seconds", pa.float64()),
         ("optimise_seconds", pa.float64()), ("decode_seconds", pa.float64()),
         ("initial_reward", pa.float64()), ("best_reward", pa.float64()),
         ("best_step", pa.int32()), ("best_patches", pa.list_(_PATCHES)),
         ("grid_rows", pa.int32()), ("grid_columns", pa.int32())]
    ),
    TraceStep: pa.schema(
        [("sample_id", pa.string()), ("step", pa.int32()), ("candidate_reward", pa.float64()),
         ("reward", pa.float64()), ("sigma", pa.float64()), ("is_best", pa.bool_()),
         ("patch_count", pa.int32()), ("patch_counts", _PATCHES),
         ("best_patches", pa.list_(_PATCHES)), ("patch_budget", pa.int32()),
         ("think_norm", pa.float64()), ("update_norm", pa.float64())]
    ),
    Verdict: pa.schema(
        [("sample_id", pa.string()), ("labels", pa.string()), ("verdict", pa.string()),
         ("score", pa.int8()), ("extracted", pa.string()), ("compared", pa.string()),
         ("rule", pa.string()), ("reason", pa.string()), ("judgement", pa.string()),
         ("judge_model", pa.string()), ("judge_reply", pa.string()), ("input_tokens", pa.int32()),
         ("output_tokens", pa.int32())]
    ),
    Chain: pa.schema(
        [("sample_id", pa.string()), ("status", pa.string()), ("error", pa.string()),
         ("dependency", _NUMBERS), ("log_probability", _NUMBERS), ("step_ends", _PATCHES),
         ("labels", pa.string()), ("gold", pa.string()), ("gold_log_probability", _NUMBERS)]
    ),
    AttentionMap: pa.schema(
        [("sample_id", pa.string()), ("source", pa.string()), ("step", pa.int32()),
         ("token", pa.int32()), ("attention", _NUMBERS), ("grid_rows", pa.int32()),
         ("grid_columns", pa.int32())]
    ),
    Embedding: pa.schema(
        [("sample_id", pa.string()), ("kind", pa.string()), ("step", pa.int32()),
         ("token", pa.int32()), ("x", pa.float64()), ("y", pa.float64())]
    ),
}  # fmt: skip
_AS_JSON = {"gold", "groups", "wordings"}  # maps with open keys are stored as JSON text


def write_records(
    path: Path, kind: type[AnyRecord], records: Sequence[AnyRecord], provenance: dict[str, Any]
) -> None:
    """Write records of one kind as Parquet, whole or not at all."""
    head = {"dmlr.kind": kind.__name__, "dmlr.format": FORMAT}
    head["dmlr.provenance"] = json.dumps(provenance, sort_keys=True)
    content, left = io.BytesIO(), blank()
    table = to_table(kind, records).replace_schema_metadata(head)
    with pq.ParquetWriter(content, table.schema, compression="zstd") as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({FIELD: left})
    with replacing(path) as temporary:
        temporary.write_bytes(sealed(content.getvalue(), left))


def to_table(kind: type[AnyRecord], records: Sequence[AnyRecord]) -> pa.Table:
    """Records of one kind as an Arrow table of that kind's schema."""
    return pa.Table.from_pylist([_to_row(record) for record in records], schema=SCHEMAS[kind])


def read_records(path: Path, kind: type[AnyRecord]) -> list[AnyRecord]:
    """Read records of one kind.

    Raises:
        RecordError: the file is missing or damaged, holds another kind, or has another format.
    """
    return [from_row(kind, row) for row in _table(path, kind).to_pylist()]


def from_row(kind: type[AnyRecord], row: dict[str, Any]) -> AnyRecord:
    """The record of a table's row."""
    return kind.model_validate({k: json.loads(v) if k in _AS_JSON else v for k, v in row.items()})


def read_provenance(path: Path, kind: type[Record]) -> dict[str, Any]:
    """What the stage that wrote the file recorded about itself; its records are not decoded.

    Raises:
        RecordError: as in ``read_records``.
    """
    with _readable(path):
        schema = pq.read_schema(_checked(path, kind))
    told: dict[str, Any] = json.loads(schema.metadata[b"dmlr.provenance"])
    return told


def _table(path: Path, kind: type[Record]) -> pa.Table:
    with _readable(path):
        return pq.read_table(_checked(path, kind))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, pa.ArrowException) as error:
        said = " ".join(str(error).split())
        raise RecordError(
            f"{path}: not a readable Parquet file ({said}); remove it and run again"
        ) from None


def _checked(path: Path, kind: type[Record]) -> pa.BufferReader:
    """The file's bytes: records of that kind and of this format, as they were written."""
    content = path.read_bytes()
    said = pq.read_metadata(pa.BufferReader(content)).metadata or {}
    head = {name: said.get(f"dmlr.{name}".encode(), b"none") for name in ("kind", "format")}
    found = {name: value.decode(errors="replace") for name, value in head.items()}
    if found != {"kind": kind.__name__, "format": FORMAT}:
        raise RecordError(
            f"{path}: must hold {kind.__name__} records of format {FORMAT}, "
            f"found {found['kind']} of format {found['format']}; remove it and run again"
        )
    if not is_whole(content, said.get(FIELD.encode(), b"").decode(errors="replace")):
        raise RecordError(
            f"{path}: must have the SHA-256 that it carries, has another: a part of it changed on the "
            "disk; remove it and run again"
        )
    return pa.BufferReader(content)


def _to_row(record: Record) -> dict[str, Any]:
    row = record.model_dump()
    return {k: json.dumps(v, sort_keys=True) if k in _AS_JSON else v for k, v in row.items()}
