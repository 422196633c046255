"""What the report of the paper's whole grid takes: ``python -m tests.bench_report [FOLDER]``.

7 benchmarks x 1000 samples x 6 models x 5 profiles, 210,000 predictions over 7,000 pictures, one profile
with traces of 15 steps, under 4 protocols and 2 label sets, are made up in a database, and the tables are
written from it as ``dmlr aggregate`` does. Then ``dmlr report`` runs as a process of its own: from nothing,
again with nothing changed, and with one run changed; and a browser opens and filters an explorer, and sorts
and filters the largest pages of tables. The folder is kept where one is named.
"""

import hashlib
import io
import json
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from PIL import Image

from dmlr.provenance import fingerprint
from dmlr.report.told import ReportSettings
from dmlr.store.aggregate import write_all
from dmlr.store.database import create
from dmlr.store.told import AggregateSettings
from tests.bench_aggregate import taken
from tests.browser import Tab, chromium
from tests.reporting import AUDIT

BENCHMARKS = [f"benchmark-{number}" for number in range(7)]
MODELS = [f"model-{number}" for number in range(6)]
PROFILES = ["vanilla", "ccot", "icot", "multimodal-cot", "dmlr-paper"]
TRACED, STEPS, THINK, SIDE = "dmlr-paper", 15, 4, 16  # a grid of SIDE x SIDE patches
SAMPLES, PIXELS = 1000, (640, 480)
WORDS = ["the", "angle", "of", "this", "triangle", "is", "so", "we", "add", "both", "sides", "read"]
GOLD = {"kind": "choice", "text": "one", "letter": "A"}
GOLD |= {"value": None, "precision": None, "aliases": [], "details": "", "solution": ""}

PROVENANCE = """
INSERT INTO provenance VALUES (repeat('0', 12), 'run', '{}'), (repeat('1', 12), 'tables', '{}')
"""
RUNS = """
INSERT INTO runs BY NAME
SELECT
    repeat('0', 12) AS provenance_id,
    concat_ws('--', benchmark, model, profile, 'seed-42') AS run, benchmark, model, profile, 42 AS seed,
    '{"model": {}, "profile": {"method": "' || if(profile = $traced, 'dmlr', profile) || '"}}' AS settings,
    '{"code": "c"}' AS provenance
FROM (SELECT unnest($benchmarks) AS benchmark), (SELECT unnest($models) AS model),
    (SELECT unnest($profiles) AS profile)
"""
PREDICTIONS = """
INSERT INTO predictions BY NAME
SELECT
    run, sample_id, 'ok' AS status, 'end' AS stop_reason,
    '<think>' || array_to_string(list_transform(range(CAST(hash(run, sample_id) % 200 + 120 AS BIGINT)),
        lambda i: $words[CAST(1 + hash(run, sample_id, i) % len($words) AS BIGINT)]), ' ') || '</think> \\boxed{A}' AS text,
    900 AS prompt_tokens, 256 AS image_tokens, 200 AS generated_tokens, 0 AS intermediate_tokens,
    [] AS replies, [] AS insertions, 0 AS triggers, 210 AS model_passes, 1100 AS forwarded_tokens,
    8 AS batch_rows, 0.1 AS prefill_seconds, 0 AS intermediate_seconds, 0 AS optimise_seconds,
    1.5 AS decode_seconds, CASE WHEN profile = $traced THEN 0.1 END AS initial_reward,
    CASE WHEN profile = $traced THEN hash(run, sample_id) % 1000 / 1000 END AS best_reward,
    CASE WHEN profile = $traced THEN 9 END AS best_step,
    [] AS best_patches, 'NVIDIA H100' AS device, $side AS grid_rows, $side AS grid_columns
FROM runs
JOIN samples USING (benchmark)
WHERE run = $run
"""
TRACES = """
INSERT INTO traces BY NAME
SELECT
    run, sample_id, step, hash(run, sample_id, step) % 1000 / 1000 AS reward,
    hash(sample_id, step) % 1000 / 1000 AS candidate_reward, 0.1 * 0.95 ** step AS sigma,
    step % 5 = 0 AS is_best, 16 AS patch_count, [4, 4, 4, 4] AS patch_counts,
    CASE WHEN step % 5 = 0 THEN list_transform(range($think), lambda t:
        list_transform(range(4), lambda p: hash(run, sample_id, step, t, p) % ($side * $side)))
    ELSE [] END AS best_patches,
    16 AS patch_budget, 5.123456 AS think_norm, 0.123456 AS update_norm
FROM predictions, (SELECT unnest(range($steps)) AS step)
WHERE run = $run
"""
VERDICTS = """
INSERT INTO verdicts BY NAME
SELECT
    run, protocol, sample_id, labels, verdict,
    CASE verdict WHEN 'correct' THEN 1 WHEN 'wrong' THEN 0 END AS score,
    CASE WHEN verdict <> 'unparsed' THEN 'A' END AS extracted, extracted AS compared,
    'boxed choice' AS rule, CASE WHEN verdict = 'unparsed' THEN 'has no box' END AS reason,
    0 AS input_tokens, 0 AS output_tokens
FROM (
    SELECT
        run, protocol, sample_id, labels,
        CASE WHEN hash(run, sample_id, position // 2) % 100 < 60 THEN 'correct'
        WHEN hash(run, sample_id, position // 2) % 100 < 97 THEN 'wrong' ELSE 'unparsed' END AS verdict
    FROM predictions, protocols, (SELECT unnest(['official', 'released']) AS labels)
    WHERE run = $run
)
"""


def write_pictures(folder, seed):
    """A picture of coarse noise for each sample; digests, in their order."""
    folder.mkdir(parents=True)
    numbers, found = np.random.default_rng(seed), []
    for _ in range(SAMPLES):
        coarse = Image.fromarray(numbers.integers(0, 255, (12, 16, 3), dtype=np.uint8))
        file = io.BytesIO()
        coarse.resize(PIXELS).save(file, "JPEG")
        found.append(hashlib.sha256(file.getvalue()).hexdigest())
        (folder / f"{found[-1]}.jpeg").write_bytes(file.getvalue())
    return found


def add_benchmark(database, results, name):
    folder = results / "benchmarks" / name
    digests = write_pictures(folder / "images", BENCHMARKS.index(name))
    told = AUDIT | {"benchmark": name, "samples": SAMPLES}
    (folder / "audit.json").write_text(json.dumps(told))
    rows = pa.Table.from_pylist(  # noqa: F841  (DuckDB reads it by its name)
        [
            {
                "benchmark": name, "sample_id": f"{name}/{number:04d}",
                "question": f"{' '.join(WORDS)}, number {number}? " * 2, "options": ["one", "two"],
                "gold": json.dumps({"official": GOLD, "released": GOLD}),
                "image": {"sha256": sha256, "file": f"{sha256}.jpeg", "width": PIXELS[0], "height": PIXELS[1], "bytes": 1},
                "category": f"category {number % 5}", "groups": json.dumps({"level": str(number % 3)}),
                "hint": "", "prompt_source": "unified", "style": "plain", "wordings": "{}", "errata": [],
            }
            for number, sha256 in enumerate(digests)
        ]
    )  # fmt: skip
    database.execute("INSERT INTO samples BY NAME SELECT * FROM rows")


def write_grid(results):
    results.mkdir(parents=True)
    with duckdb.connect(str(results / "dmlr.duckdb")) as database:
        create(database)
        database.execute("INSERT INTO experiment VALUES ('dmlr-paper', 0.05)")
        for position in range(4):
            row = [f"protocol-{position}", position]
            database.execute("INSERT INTO protocols VALUES (?, ?, NULL, NULL, NULL)", row)
        for name in BENCHMARKS:
            add_benchmark(database, results, name)
        names = {"benchmarks": BENCHMARKS, "models": MODELS, "profiles": PROFILES, "traced": TRACED}
        database.execute(PROVENANCE)
        database.execute(RUNS, names)
        for run, profile in database.execute("SELECT run, profile FROM runs").fetchall():
            told = {"run": run, "words": WORDS, "side": SIDE, "traced": TRACED}
            database.execute(PREDICTIONS, told)
            database.execute(VERDICTS, {"run": run})
            if profile == TRACED:
                told = {"run": run, "steps": STEPS, "think": THINK, "side": SIDE}
                database.execute(TRACES, told)


def write_tables(results):
    """The tables, from the database."""
    told = AggregateSettings(
        code=fingerprint("aggregate"), benchmarks=dict.fromkeys(BENCHMARKS, 1),
        models={model: {} for model in MODELS}, profiles={profile: {} for profile in PROFILES},
        seeds=[42], protocols=[f"protocol-{position}" for position in range(4)],
        baseline="vanilla", flips_against=TRACED, max_unscored_share=0.05,
    )  # fmt: skip
    write_all(told, results / "dmlr.duckdb", results / "tables")


def reported(results, out):
    """Seconds, seconds of all cores together, and peak GiB of one ``dmlr report``."""
    told = ReportSettings(
        code=fingerprint("report"), baseline="vanilla", benchmarks=BENCHMARKS, paper={}
    )
    places = ["--database", results / "dmlr.duckdb", "--results", results, "--out", out]
    return taken("report", told, *places)


def report_sizes(out):
    found = [path for path in out.rglob("*") if path.is_file()]
    pictures = sum(path.stat().st_size for path in found if path.parent.name == "images")
    own = sum(path.stat().st_size for path in found) - pictures
    largest = max(
        (path for path in found if path.suffix == ".html"), key=lambda p: p.stat().st_size
    )
    print(
        f"{len(found)} files, {own / 2**30:.2f} GiB besides {pictures / 2**30:.2f} of linked pictures; "
        f"largest page {largest.relative_to(out)}, {largest.stat().st_size / 2**20:.2f} MiB"
    )


# Milliseconds from what a user does to the page that is laid out and painted.
TOOK = """
async ([selector, value]) => {
  const settled = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await settled();
  const started = performance.now();
  const one = document.querySelector(selector);
  if (value === null) one.click();
  else {
    one.value = value;
    one.dispatchEvent(new Event(one.tagName === "INPUT" ? "input" : "change"));
  }
  await settled();
  return performance.now() - started;
}
"""


def took(tab, selector, value=None):
    """Choose a value of a field, or press a button where there is none."""
    return tab.page.evaluate(TOOK, [selector, value])


def opened(tab, path, ready):
    """Open a page and say how long it took."""
    started = time.perf_counter()
    tab.open(path).page.wait_for_selector(ready)
    print(f"{path.name} opens in {time.perf_counter() - started:.2f} s")


def measure_explorer(tab, out):
    opened(tab, out / "samples" / "benchmark-3--model-2--seed-42.html", ".list li img")
    for name, value in [
        ("verdict", "wrong"), ("flip", "lost"), ("verdict", ""), ("category", "category 3"),
        ("category", ""), ("flip", ""), ("q", "number 77"), ("q", ""),
    ]:  # fmt: skip
        milliseconds = took(tab, f"[name={name}]", value)
        print(f"{name} = {value or 'all'}: {milliseconds:.0f} ms, {tab.texts('output')[0]}")
    started = time.perf_counter()
    tab.page.keyboard.press("j")
    tab.page.wait_for_selector("#explorer[data-shown]")
    print(f"the first sample is there after {time.perf_counter() - started:.2f} s")


def measure_table(tab, path):
    """Choose in every filter its last value and all again, and sort by the last column."""
    opened(tab, path, "th button")
    for one in tab.page.locator("form.filters select").all():
        name, value = one.get_attribute("name"), one.locator("option").last.get_attribute("value")
        chosen, undone = (took(tab, f'[name="{name}"]', wanted) for wanted in (value, ""))
        print(f"{name} = {value}: {chosen:.0f} ms; all: {undone:.0f} ms")
    print(f"sorted: {took(tab, 'thead th:last-child button'):.0f} ms, {tab.texts('output')[0]}")


def report_browser(out):
    found = [path for path in (out / "tables").glob("*.html") if "--" not in path.name]
    largest = sorted(found, key=lambda path: path.stat().st_size)[-4:]
    with chromium() as browser:
        tab = Tab(browser)
        opened(tab, out / "index.html", "footer")
        measure_explorer(tab, out)
        for path in largest:
            measure_table(tab, path)
        assert tab.complaints == []


def measure(folder):
    results, out = folder / "results", folder / "reports"
    if not results.exists():
        write_grid(results)
        write_tables(results)
    print("made up", flush=True)

    def report(what):
        seconds, cores, memory = reported(results, out)
        told = f"{seconds:.0f} s ({cores:.0f} s of cores), {memory:.2f} GiB"
        print(f"{what}: {told}", flush=True)

    report("from nothing")
    report_sizes(out)
    report("nothing changed")
    with duckdb.connect(str(results / "dmlr.duckdb")) as database:
        database.execute(
            "UPDATE verdicts SET reason = 'another' WHERE run = (SELECT min(run) FROM runs)"
        )
    report("one run changed")
    report_browser(out)


def main():
    if sys.argv[1:]:
        measure(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder))


if __name__ == "__main__":
    main()
