"""What an experiment would do, take and cost, before anything starts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dmlr import config
from dmlr.merged import configuration
from dmlr.plan.answers import Answers, answers
from dmlr.plan.disk import Disk, disk
from dmlr.plan.job_size import JobSize, job_size
from dmlr.plan.jobs import Job, planned_jobs
from dmlr.plan.judging import Judging, planned, table
from dmlr.plan.reasons import why
from dmlr.status.stages import RESULTS
from dmlr.store.rows import markdown_text
from dmlr.units import amount, duration

ANSWERS = (
    "model", "profile", "samples", "in journals", "to answer", "seconds each", "time", "measured by",
)  # fmt: skip
UNMEASURED = "nothing: dmlr bench --out results/bench/NAME.json measures vanilla and dmlr-paper"


@dataclass(frozen=True)
class Plan:
    """The jobs, what they would answer, what that takes on the disk, and what judges would cost.

    ``size`` is what jobs of the wanted length would be, None where nothing was measured.
    """

    jobs: Sequence[Job]
    answers: Sequence[Answers]
    size: JobSize | None
    disk: Disk
    judging: Sequence[Judging]


def plan(configfiles: Sequence[Path], targets: Sequence[str], job_minutes: int) -> Plan:
    """Plan an experiment in this directory; nothing is started and nobody is asked.

    Args:
        configfiles: as for snakemake.
        targets: as for snakemake; none: everything.
        job_minutes: how long a job that answers should last at most.

    Raises:
        ConfigError: the configuration breaks a rule, or snakemake cannot plan it.
    """
    experiment = config.load(*configuration(configfiles))
    jobs = planned_jobs(configfiles, targets)
    made = [path for job in jobs for path in job.output]
    wanted = answers(experiment, RESULTS, made)
    return Plan(
        jobs,
        wanted,
        job_size(experiment, wanted, job_minutes),
        disk(experiment, RESULTS, made, wanted),
        planned(experiment, RESULTS),
    )


def text(found: Plan) -> str:
    """A plan for people, its tables in Markdown."""
    size = f"{found.size}\n" if found.size else ""
    parts = (
        _jobs(found.jobs),
        _answers(found.answers),
        size,
        _disk(found),
        _judging(found.judging),
    )
    return "\n".join(part for part in parts if part)


def _jobs(jobs: Sequence[Job]) -> str:
    if not jobs:
        return "jobs: none, since all is there, of these settings and this code\n"
    stages: dict[str, list[Job]] = {}
    for job in jobs:
        stages.setdefault(job.stage, []).append(job)
    rows = [(stage, *_reasons(of_stage)) for stage, of_stage in stages.items()]
    return f"jobs: {len(jobs)}\n\n{markdown_text(('rule', 'jobs', 'why'), rows)}"


def _reasons(jobs: Sequence[Job]) -> tuple[str, str]:
    reasons = Counter(why(job.reason) for job in jobs)
    told = [words if n == len(jobs) else f"{n} {words}" for words, n in reasons.most_common()]
    return str(len(jobs)), "; ".join(told)


def _answers(found: Sequence[Answers]) -> str:
    if not found:
        return ""
    rows = [_row(one) for one in found]
    known = [one.seconds for one in found if one.seconds is not None]
    unknown = "" if len(known) == len(found) else ", and what nobody has measured"
    missing = sum(one.missing for one in found)
    total = f"answers: {missing}, which take one device {duration(sum(known))}{unknown}"
    return f"{total}\n\n{markdown_text(ANSWERS, rows)}"


def _row(one: Answers) -> tuple[str, ...]:
    counts = (one.samples, one.finished, one.missing)
    if one.seconds is None:
        return (one.model, one.profile, *map(str, counts), "unknown", "unknown", UNMEASURED)
    each = f"{one.seconds / one.missing:.2f}" if one.missing else ""
    by = "; ".join(one.sources)
    return (one.model, one.profile, *map(str, counts), each, duration(one.seconds), by)


def _disk(found: Plan) -> str:
    if not found.jobs:
        return ""
    needed, free = found.disk, amount(found.disk.free)
    parts = {"answers": needed.answers, "features at most": needed.features}
    told = [f"{n} unknown" if v is None else f"{n} {amount(round(v))}" for n, v in parts.items()]
    short = sum(filter(None, parts.values())) > needed.free
    remedy = "; that is too little: dmlr clean shows what takes room" if short else ""
    return f"disk: {', '.join(told)}; {free} free in {RESULTS}{remedy}\n"


def _judging(found: Sequence[Judging]) -> str:
    if not found:
        return "judges: none, so nothing costs anything\n"
    return f"judges:\n\n{table(found)}"
