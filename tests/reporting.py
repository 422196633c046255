"""A small benchmark and its runs, through the real stages into a report, and what reads its files."""

import hashlib
import io
import json
import re
from html.parser import HTMLParser

from PIL import Image

from dmlr.datasets.shard import write_shard
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, write_records
from dmlr.report.report import report
from dmlr.report.told import ReportSettings
from dmlr.settings import RunKey
from dmlr.store.database import build
from dmlr.store.told import AggregateSettings, PlannedRun
from tests.verifying import score

EVIL = "<script>alert(1)</script>\0 \u202eevil"
SHOWN_EVIL = "<script>alert(1)</script>[U+0000] [U+202E]evil"
VANILLA_RUN, DMLR_RUN = "tiny--m--vanilla--seed-3", "tiny--m--dmlr--seed-3"
WIDTH, HEIGHT, ROWS, COLUMNS = 50, 30, 3, 5
PATCHES = [[7], [7, 14]]  # of sample 0, by think token
# Replies to samples 0 to 9, whose gold is A: 6 of 10 right, then 7 of 8 scored.
VANILLA = ["A"] * 6 + ["B"] * 4
DMLR = ["A", "B", "A", "A", "A", "A", "A", "A", "none", "failed"]
PAPER = {"method": "dmlr", "think_tokens": 4, "sigma": 0.1}
AUDIT = {
    "format": 1,
    "benchmark": "tiny",
    "source": {"loader": "shapes", "split": "test"},
    "subset": {"of": 10, "chosen": 10},
    "samples": 10,
    "images": 1,
    "skipped": {},
    "categories": {"easy": 5, "hard": 5},
    "groups": {"kind": 2, "scene": 10},
    "labels": {
        "official": {
            "answers": 10,
            "empty": 0,
            "reachable": 10,
            "kinds": {"choice": 10},
            "letters": {"A": 10},
        }
    },
    "findings": [],
    "errata": [],
    "floors": [
        {"labels": "official", "metric": "accuracy", "answer": "A", "correct": 10, "of": 10}
    ],
}
VOID = {"meta", "link", "img", "input", "br"}


class Node(HTMLParser):
    """A page, or a part of it, as a tree."""

    def __init__(self, tag="page", attributes=()):
        super().__init__()
        self.tag, self.attributes, self.parts = tag, dict(attributes), []
        self.open = [self]

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs)
        self.open[-1].parts.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].parts.append(Node(tag, attrs))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.open[-1].parts.append(data)

    def all(self, tag, **attributes):
        for part in self.parts:
            if isinstance(part, Node):
                wanted = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
                if part.tag == tag and wanted.items() <= part.attributes.items():
                    yield part
                yield from part.all(tag, **attributes)

    def one(self, tag, **attributes):
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def text(self):
        words = (part if isinstance(part, str) else part.text for part in self.parts)
        return " ".join(" ".join(words).split())


def page(path):
    text = path.read_text(encoding="utf-8")
    node = Node()
    node.feed(text)
    node.close()
    assert node.open == [node]
    return node


def scripts(folder):
    """What the data files of a folder hand over, by the names under which they do."""
    found = {}
    for path in sorted(folder.rglob("*.js")):
        name, value = re.fullmatch(
            r'dmlr\.add\("([^"]*)",(.*)\);\n', path.read_text("utf-8"), flags=re.DOTALL
        ).groups()
        assert path == folder / f"{name}.js"
        found[name] = json.loads(value)
    return found


def table(node):
    return [[cell.text for cell in row.parts if isinstance(cell, Node)] for row in node.all("tr")]


def picture():
    file = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), "red").save(file, "PNG")
    return file.getvalue()


def samples(file=None):
    content = picture()
    sha256 = hashlib.sha256(content).hexdigest()
    name = file or f"{sha256}.png"
    image = ImageFile(sha256=sha256, file=name, width=WIDTH, height=HEIGHT, bytes=len(content))
    return [
        Sample(
            sample_id=f"tiny/{number}",
            question=f"Which? {EVIL}" if number == 0 else "Which?",
            options=("one", "two"),
            gold={"official": Gold(kind="choice", text="one", letter="A")},
            image=image,
            category="easy" if number < 5 else "hard",
            groups={"kind": "odd" if number % 2 else "even", "scene": str(number)},
        )
        for number in range(10)
    ]


def prediction(number, word, optimised):
    if word == "failed":
        return Prediction(sample_id=f"tiny/{number}", status="failed", error=f"out of {EVIL}")
    reply = f"I say {EVIL} \\boxed{{{word}}}" if word in "AB" else "I do not know"
    state = {"initial_reward": 0.25, "best_reward": 0.75, "best_step": 1} if optimised else {}
    if optimised and number == 0:
        state["best_patches"] = PATCHES
    if not optimised and number == 1:
        state |= {"insertions": [[3, 4], [5]], "triggers": 5}
    if not optimised and number == 2:
        state["replies"] = [f"First {EVIL}", "\\boxed{A}", ""]
    if optimised and number < 3:  # 1, 2 and 4.5 GiB
        state["peak_memory_bytes"] = [2**30, 2**31, 9 * 2**29][number]
    return Prediction(
        sample_id=f"tiny/{number}", status="ok", text=reply, stop_reason="end", prompt_tokens=11,
        image_tokens=15, generated_tokens=7, model_passes=13, decode_seconds=0.5, grid_rows=ROWS,
        grid_columns=COLUMNS, forwarded_tokens=95 if optimised else 19, batch_rows=5, **state,
    )  # fmt: skip


def trace(number):
    return [
        TraceStep(
            sample_id=f"tiny/{number}", step=step, candidate_reward=0.1, reward=reward, sigma=0.1,
            is_best=step == 1, patch_count=3, patch_counts=[1, 2], best_patches=PATCHES if step == 1 else [], patch_budget=5, think_norm=1, update_norm=1,
        )
        for step, reward in enumerate([0.25, 0.75, 0.5])
    ]  # fmt: skip


def write_run(results, profile, words, shard):
    model = {"checkpoint": "embedded:tiny", "revision": None}
    key = RunKey(benchmark="tiny", model="m", profile=profile, seed=3)
    told = {"method": profile, "think_tokens": 2}
    run = PlannedRun(key=key, profile=told, model=model, shards=[shard.stem])
    optimised = profile == "dmlr"
    made = {"code": "c", "model": model, "profile": told, "seed": 3, "packages": {"torch": "2"}}
    made |= {"weights": "ab" * 32, "processing": "cd" * 32, "commit": "ef" * 20 + "+changes"}
    folder = results / "runs" / key.folder
    predictions = folder / f"{shard.stem}.predictions.parquet"
    answers = [prediction(number, word, optimised) for number, word in enumerate(words)]
    steps = [step for number in range(8) for step in trace(number)] if optimised else []
    write_records(predictions, Prediction, answers, made)
    write_records(folder / f"{shard.stem}.traces.parquet", TraceStep, steps, made)
    verdicts = results / "verdicts" / "paper" / f"{key.folder}.parquet"
    score([shard], [predictions], verdicts)
    return run


def make(
    folder,
    *,
    file=None,
    profiles=("vanilla", "dmlr"),
    audit=AUDIT,
    changes=None,
    flips_against="dmlr",
    max_unscored_share=1.0,
):
    """Records of one benchmark and its runs, through the real stages into a database.

    ``changes`` has fields by a sample's number that are other than those of ``samples``.
    """
    results = folder / "results"
    shard = results / "benchmarks" / "tiny" / "shards" / "00000.jsonl"
    made = [
        sample.model_copy(update=(changes or {}).get(number, {}))
        for number, sample in enumerate(samples(file))
    ]
    write_shard(shard, made)
    images = results / "benchmarks" / "tiny" / "images"
    images.mkdir(exist_ok=True)
    if not list(images.iterdir()):  # the report's are the same files
        (images / f"{made[0].image.sha256}.png").write_bytes(picture())
    (shard.parents[1] / "audit.json").write_text(json.dumps(audit))
    replies = [DMLR if profile == "dmlr" else VANILLA for profile in profiles]
    runs = [
        write_run(results, profile, words, shard)
        for profile, words in zip(profiles, replies, strict=True)
    ]
    told = AggregateSettings(
        code="c",
        benchmarks={"tiny": 1},
        models={"m": runs[0].model},
        profiles={run.key.profile: run.profile for run in runs},
        seeds=[3],
        protocols=["paper"],
        baseline="vanilla",
        flips_against=flips_against,
        max_unscored_share=max_unscored_share,
    )
    build(told, results, results / "dmlr.duckdb")
    return results


def render(results, out, benchmarks=("tiny",)):
    told = ReportSettings(code="c", baseline="vanilla", benchmarks=list(benchmarks), paper=PAPER)
    report(told, results / "dmlr.duckdb", results, out)
