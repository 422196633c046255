"""A small finished project in which everything that comes from outside tries to run, or to end a page."""

import json

import yaml

from dmlr import config
from dmlr.datasets.prepare import prepare
from dmlr.datasets.shard import read_shard, write_shard
from dmlr.datasets.told import PrepareSettings
from dmlr.records import (
    AttentionMap,
    Prediction,
    TraceStep,
    read_provenance,
    read_records,
    write_records,
)
from tests.finished import SMALL, answer, loaded, score, summarise
from tests.judge_server import JudgeServer, Say

RUNS = "window.hacked = 1"
HOSTILE = (
    f"<script>{RUNS}</script> </script><script>{RUNS}</script> <img src=x onerror='{RUNS}'> "
    f'"><svg onload="{RUNS}"></svg> <a href="javascript:{RUNS};alert(1)">here</a> '
    "</bdi></td></tr></table></main></body></html> </textarea></title></noscript><!-- "
    "<style>* { display: none }</style> <base href='https://example.org/'> \0 \u202eturned\u2067 "
    "\\frac{1}{2} $x^2$ \\boxed{ &amp; {{ 7 * 7 }} {% raw %} ${7 * 7} %s \\u003c"
)
SHOWN = HOSTILE.translate({0: "[U+0000]", 0x202E: "[U+202E]", 0x2067: "[U+2067]"})
LONG = "x" * 100_000  # without a place to break the line
HOSTILE_NAME = f'"><script>{RUNS}</script>&sample=#/../%2e%2e'  # without its benchmark
ROWS, COLUMNS = 3, 5
PATCHES = [[0], [0, 14]]
EXPERIMENT = {
    **SMALL,
    "protocols": ["paper", "asks"],
    "protocol_catalog": {"asks": {"rules": "boxed", "judge": "tester", "ask": "always"}},
    "figures": ["figure8"],
}


def hostile(folder):
    """Write ``small.yaml``, ``results/`` and ``reports/``; paths in them start in the folder."""
    with JudgeServer(default="unreached") as server:
        server.model = HOSTILE[:200]  # the longest name that is believed
        server.script = [Say(f"{HOSTILE}\nVERDICT: {word}") for word in ("wrong", "correct") * 7]
        judge = {"model": "m", "base_url": server.url, "prompt": "config/judges/compare.jinja"}
        told = {**EXPERIMENT, "judge_catalog": {"tester": judge}}
        (folder / "small.yaml").write_text(yaml.safe_dump(told))
        experiment, results = loaded(folder), folder / "results"
        settings = config.prepare_settings(experiment, "shapes")
        prepare(PrepareSettings.model_validate_json(settings), results / "benchmarks/shapes")
        ask(results / "benchmarks/shapes")
        doubt(results / "benchmarks/shapes/audit.json")
        for key in config.run_keys(experiment):
            answer(experiment, key, results)
            reply(results / "runs" / key.folder, optimised=key.profile != "vanilla")
            for protocol in experiment.protocols:
                score(experiment, key, protocol, results)
    look(results / "measures" / key.folder)
    summarise(experiment, results, folder / "reports")


def ask(benchmark):
    """Sample 0 is hostile wherever a source may write what it likes, 1 is long, 2 in its id."""
    shard = benchmark / "shards/00000.jsonl"
    first, second, third, *rest = read_shard(shard)
    golds = {
        labels: gold and gold.model_copy(update={"text": HOSTILE})
        for labels, gold in first.gold.items()
    }
    changes = {
        "question": HOSTILE, "hint": HOSTILE, "category": HOSTILE, "errata": (HOSTILE,),
        "options": (HOSTILE, *first.options[1:]), "gold": golds,
        "groups": dict.fromkeys(first.groups, HOSTILE),
    }  # fmt: skip
    samples = [
        first.model_copy(update=changes),
        second.model_copy(update={"question": LONG, "category": LONG[:300]}),
        third.model_copy(update={"sample_id": f"shapes/{HOSTILE_NAME}"}),
        *rest,
    ]
    write_shard(shard, samples)


def doubt(path):
    """An audit whose every text is hostile."""
    audit = json.loads(path.read_text("utf-8"))
    finding = {"check": HOSTILE, "explains": HOSTILE, "samples": [HOSTILE_NAME], "labels": HOSTILE}
    details = {"details": {HOSTILE_NAME: HOSTILE}, "groups": []}
    fault = {"sample": HOSTILE_NAME, "field": "question", "old": HOSTILE, "new": HOSTILE}
    source = {"source": HOSTILE, "reason": HOSTILE, "status": "confirmed", "outcome": "applied"}
    audit |= {"findings": [finding | details], "skipped": {HOSTILE: HOSTILE}}
    audit |= {"errata": [fault | source]}
    path.write_text(json.dumps(audit), "utf-8")


def reply(run, *, optimised):
    """Sample 0 replies, 1 replies at length, 3 fails; those of DMLR have a trace."""
    path = run / "00000.predictions.parquet"
    made = read_provenance(path, Prediction)
    first, second, third, last = read_records(path, Prediction)
    text = f"{HOSTILE} \\boxed{{A}} {HOSTILE}"
    grid = {"grid_rows": ROWS, "grid_columns": COLUMNS, "stop_reason": "end"}
    wrote = {"intermediate": HOSTILE, "replies": [HOSTILE, LONG, ""]}
    state = {"initial_reward": 0.25, "best_reward": 0.75, "best_step": 1, "best_patches": PATCHES}
    answers = [
        first.model_copy(update={"text": text, **grid, **(state if optimised else wrote)}),
        second.model_copy(update={"text": f"{LONG} \\boxed{{B}}", "stop_reason": "length"}),
        third,
        Prediction(sample_id=last.sample_id, status="failed", error=HOSTILE),
    ]
    write_records(path, Prediction, answers, made)
    if optimised:
        write_records(run / "00000.traces.parquet", TraceStep, trace(first.sample_id), made)


def trace(sample):
    return [
        TraceStep(
            sample_id=sample, step=step, candidate_reward=0.1, reward=reward, sigma=0.1,
            is_best=step == 1, patch_count=3, patch_counts=[1, 2], patch_budget=5, think_norm=1,
            best_patches=PATCHES if step == 1 else [], update_norm=1,
        )
        for step, reward in enumerate([0.25, 0.75, 0.5])
    ]  # fmt: skip


def look(measured):
    """Maps of attention of DMLR's run, at the first and the last step."""
    maps = [
        AttentionMap(
            sample_id="shapes/test-0000", source="think", step=step, token=token, grid_rows=ROWS,
            grid_columns=COLUMNS, attention=[0.01 * (1 + place) for place in range(ROWS * COLUMNS)],
        )
        for step in (0, 2)
        for token in (1, 2)
    ]  # fmt: skip
    write_records(measured / "00000.attention.parquet", AttentionMap, maps, {})
