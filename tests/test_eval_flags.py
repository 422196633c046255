"""The released command line: what every flag becomes, what is said about it, and what is refused."""

import re
from pathlib import Path

import pytest

from dmlr import config
from dmlr.errors import DmlrError
from dmlr.released import workflow
from dmlr.released.flags import Flags, read
from dmlr.released.remarks import remarks
from dmlr.released.translation import translate, write
from tests.released import released_file
from tests.released_data import FILE, README, SCRIPT, write_rows

MODEL = ["--model_name_or_path", "embedded:shapes-1m"]
NEEDED = ["--dataset", FILE, *MODEL]
ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current directory, with a file of seven rows."""
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path, 7)
    return tmp_path


def experiment(folder, *flags):
    """The configuration that the flags come to, read back from its file."""
    words = [*NEEDED, *flags]
    return write(translate(read(words)), folder / "out/config.yaml", words)


def profile(*flags):
    """The name of the profile that the flags come to, and its fields."""
    content = translate(read([*NEEDED, *flags])).content
    (name,) = content["profiles"]
    return name, content["profile_catalog"][name]


FIELDS = [
    ("--num_thought_tokens 3", "think_tokens", 3),
    ("--num_thought_tokens=3", "think_tokens", 3),
    ("--max_num_steps 7", "steps", 7),
    ("--lr 0.5", "learning_rate", 0.5),
    ("--lr 1e-3", "learning_rate", 0.001),
    ("--sigma 25", "sigma", 25.0),
    ("--sigma_decay 0.5", "sigma_decay", 0.5),
    ("--top_k 5", "top_k", 5),
    ("--max_new_tokens 64", "max_new_tokens", 64),
    ("--reward_threshold 3.5", "reward_threshold", 3.5),
    ("--reward_threshold 0", "reward_threshold", None),
    ("--reward_threshold -1", "reward_threshold", None),
    ("--num_selected_patches 16", "patches_max", 16),
    ("--num_selected_patches 0", "patches_max", None),
    ("--initial_patch_count 2", "patches_initial", 2),
    ("--initial_patch_count -1", "patches_initial", None),
    ("--num_selected_patches 16 --patch_increment 3", "patches_added", 3),
    ("--patch_increment 3", "patches_added", 0),  # the released budget grows up to a limit alone
    ("--visual_insert_stride 2", "injection_stride", 2),
    ("--visual_injection_start_step 4", "injection_start", 4),
    ("--visual_injection_interval 3", "injection_interval", 3),
    ("--visual_injection_interval 0", "injection_interval", 1),
    ("--use_auto_grad", "update", "none"),
    ("--visual_only", "injected", "last_hidden"),
    ("--solver_prompt_idx 0", "prompt", "internal_thinking"),
    ("--solver_prompt_idx 1", "prompt", "internal_thinking_detailed"),
    ("--solver_prompt_idx 2", "prompt", "internal_thinking_direct"),
    # What is not given has the default of the released code.
    ("", "think_tokens", 8),
    ("", "steps", 20),
    ("", "learning_rate", 0.005),
    ("", "sigma", 20.0),
    ("", "sigma_decay", 0.95),
    ("", "top_k", 10),
    ("", "patches_initial", None),
    ("", "patches_added", 0),
    ("", "patches_max", None),
    ("", "update", "reinforce"),
    ("", "injected", "placeholder"),
    ("", "reward_span", "think_inclusive"),
    ("--state 2026-03", "reward_span", "think"),
    # The paper's values, but for what is given.
    ("--state paper", "think_tokens", 4),
    ("--state paper", "sigma", 0.1),
    ("--state paper --sigma 0.2", "sigma", 0.2),
    ("--state paper --sigma 0.2", "steps", 15),
    ("--state paper --patch_increment 3", "patches_added", 3),
    ("--state paper --num_thought_tokens 2", "reward", "truncated_entropy"),
]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("flags", "field", "value"), FIELDS)
def test_a_flag_is_a_field_of_the_profile(flags, field, value):
    _, found = profile(*flags.split())
    assert found[field] == value


def test_every_flag_about_the_answer_is_tried_above():
    tried = {flag for flags, _, _ in FIELDS for flag in re.findall(r"--(\w+)", flags)}
    elsewhere = {
        "dataset", "model_name_or_path", "output_dir", "start_data_idx", "end_data_idx", "device", "seed",
        "disable_conf_reward", "disable_best_reward", "resume", "ckpt_suffix", "verbose",
        "disable_save_logistics", "use_llm_verify", "verify_only", "min_pixels", "max_pixels", "num_workers",
        "worker_device_round_robin", "visual_token_viz", "visual_token_viz_dir", "save_reward_csv",
    }  # fmt: skip
    assert tried | elsewhere == set(Flags.model_fields)


@pytest.mark.usefixtures("folder")
def test_a_flag_changes_its_field_and_no_other():
    _, plain = profile()
    _, changed = profile("--sigma", "1")
    assert changed == {**plain, "sigma": 1.0}


@pytest.mark.parametrize("state", ["2025-12", "2026-03"])
def test_the_flags_of_the_released_script_are_the_profile_of_the_catalog(
    folder, state, monkeypatch
):
    monkeypatch.setenv("OPENAI_MODEL", "judge")
    found = experiment(folder, *SCRIPT.split(), "--state", state)
    assert found.profiles == [f"dmlr-released-{state}"]
    assert found.protocols == [f"released-{state}-llm"]
    assert found.seeds == [42]


@pytest.mark.usefixtures("folder")
def test_settings_that_no_catalog_has_are_called_by_their_digest():
    name, _ = profile(*README.split())
    assert re.fullmatch(r"dmlr-released-2025-12-[0-9a-f]{8}", name)
    assert profile(*README.split())[0] == name
    assert profile(*README.split(), "--sigma", "24")[0] != name
    assert profile("--state", "paper")[0] == "dmlr-paper"


@pytest.mark.parametrize(
    ("flags", "protocol"),
    [
        ("", "released-2025-12"),
        ("--use_llm_verify", "released-2025-12-llm"),
        ("--state 2026-03", "released-2026-03"),
        ("--state paper", "paper"),
        ("--state paper --use_llm_verify", "judge-environment"),
    ],
)
def test_the_state_says_how_answers_are_scored(folder, flags, protocol):
    assert experiment(folder, *flags.split()).protocols == [protocol]


@pytest.mark.parametrize(
    ("flags", "name", "least", "most"),
    [
        ("", "shapes-1m-128-256", 128, 256),
        ("--min_pixels 16 --max_pixels 64", "shapes-1m-16-64", 16, 64),
        ("--min_pixels 4", "shapes-1m", 4, 256),  # the catalog's own limits
        ("--state paper", "shapes-1m", 4, 256),
        ("--max_pixels 1003520", "shapes-1m-128-1003520", 128, 1003520),
    ],
)
def test_pixels_are_image_tokens_of_the_model(folder, flags, name, least, most):
    found = experiment(folder, *flags.split())
    assert found.models == [name]
    entry = found.model_catalog[name]
    assert (entry.checkpoint, entry.dtype) == ("embedded:shapes-1m", "float32")
    assert (entry.min_image_tokens, entry.max_image_tokens) == (least, most)


@pytest.mark.parametrize(
    ("checkpoint", "name", "least", "most"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b-128-256", 128, 256),
        ("Qwen/Qwen3-VL-8B-Instruct", "qwen3-vl-8b-98-196", 98, 196),  # tokens of 32 x 32 pixels
    ],
)
def test_a_hub_id_has_the_revision_that_the_catalog_pins(folder, checkpoint, name, least, most):
    found = experiment(folder, "--model_name_or_path", checkpoint)
    entry = found.model_catalog[name]
    assert (entry.checkpoint, entry.min_image_tokens, entry.max_image_tokens) == (
        checkpoint, least, most,
    )  # fmt: skip
    assert (
        entry.revision == found.model_catalog[name.rpartition("-")[0].rpartition("-")[0]].revision
    )


def test_a_directory_is_a_model_of_the_family_that_it_says(folder, checkpoints):
    found = experiment(folder, "--model_name_or_path", str(checkpoints("qwen3_vl")))
    (entry,) = (found.model_catalog[name] for name in found.models)
    assert (entry.family, entry.checkpoint) == ("qwen3_vl", str(checkpoints("qwen3_vl")))
    assert (entry.min_image_tokens, entry.max_image_tokens) == (98, 196)


def test_the_data_set_is_the_authors_format_with_their_prompts(folder):
    found = experiment(folder, "--start_data_idx", "2", "--end_data_idx", "5")
    assert found.benchmarks == ["eval-scienceqa"]
    entry = found.benchmark_catalog["eval-scienceqa"]
    assert (entry.loader, entry.source, entry.prompt_source) == (
        "json",
        "released-json",
        "released",
    )
    assert (entry.released, entry.image_root) == (str(folder / FILE), str(folder))
    assert (entry.subset.start, entry.subset.end) == (2, 5)
    assert config.shards_of(found, "eval-scienceqa") == ["00000"]


def test_one_of_the_seven_files_is_told_by_its_pictures(folder):
    write_rows(folder, 3, "dataset/math_vista/images/{}.jpg")
    entry = experiment(folder).benchmark_catalog["eval-scienceqa"]
    assert (entry.loader, entry.samples) == ("mathvista", 3)


@pytest.mark.parametrize(
    ("file", "loader", "rows"),
    [
        ("hallusion", "hallusionbench", 951), ("math_vision", "mathvision", 3040),
        ("math_vista", "mathvista", 1000), ("mmstar", "mmstar", 1500), ("mmvp", "mmvp", 300),
        ("scienceqa", "scienceqa", 2017),
    ],
)  # fmt: skip
def test_the_authors_files_are_read(folder, file, loader, rows):
    words = ["--dataset", str(released_file(file)), "--end_data_idx", "100000"]
    found = experiment(folder, *words)
    (entry,) = (found.benchmark_catalog[name] for name in found.benchmarks)
    assert (entry.loader, entry.samples) == (loader, rows)
    assert len(config.shards_of(found, found.benchmarks[0])) == -(-rows // 50)


REFUSED = [
    ("--sigma 0", "--sigma: must be greater than 0, got 0.0"),
    ("--sigma_decay 1.5", "--sigma_decay: must be less than or equal to 1, got 1.5"),
    ("--num_thought_tokens 0", "--num_thought_tokens: must be greater than or equal to 1, got 0"),
    ("--seed -1", "--seed: must be greater than or equal to 0, got -1"),
    ("--device mps", "--device: must be cpu, cuda or cuda:N, got 'mps'"),
    ("--end_data_idx -1", "--end_data_idx: must be greater than or equal to 1, got -1"),
    ("--num_workers 0", "--num_workers: must be greater than or equal to 1, got 0"),
    ("--visual_insert_stride 0", "--visual_insert_stride: must be greater than or equal to 1, got 0"),
    ("--solver_prompt_idx 3", "--solver_prompt_idx: must be less than or equal to 2, got 3"),
    (
        "--state paper --solver_prompt_idx 1",
        "--solver_prompt_idx: must be 0 with --state paper, which has one prompt, got 1",
    ),
    (
        "--disable_conf_reward",
        "--disable_conf_reward: its other reward is not part of this project; leave it out, or change the reward in the profile (workflow/schemas/, key reward)",
    ),
    (
        "--start_data_idx 5 --end_data_idx 5",
        "--start_data_idx: must be below --end_data_idx and below the 7 rows of data/scienceqa.json, got 5 and 5; rows count from 0, and the end is left out",
    ),
    (
        "--start_data_idx 7",
        "--start_data_idx: must be below --end_data_idx and below the 7 rows of data/scienceqa.json, got 7 and 100; rows count from 0, and the end is left out",
    ),
    (
        "--min_pixels 300",
        "--min_pixels: must be at most --max_pixels, got 300 and 256; change one",
    ),
    (
        "--min_pixels 200704 --max_pixels 1003520",
        "--min_pixels: must be in units of 28*28 pixels, such as 128, got 200704, which asks for pictures of at least 157 million pixels",
    ),
    (
        "--dataset scienceqa",
        "--dataset: must be a JSON file with a list of {prompt, solution, image_path}, got 'scienceqa'; names of benchmarks go into a configuration (README)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("flags", "line"), REFUSED)
def test_what_cannot_be_meant_is_one_line(folder, flags, line):
    with pytest.raises(DmlrError) as error:
        experiment(folder, *flags.split())
    assert str(error.value) == line


def test_a_hub_id_that_nobody_pinned_is_refused(folder):
    with pytest.raises(DmlrError) as error:
        experiment(folder, "--model_name_or_path", "some/model")
    line = str(error.value)
    assert line.startswith(
        "--model_name_or_path: must be a directory or a checkpoint of config/models.yaml ("
    )
    assert "Qwen/Qwen2.5-VL-7B-Instruct" in line
    assert line.endswith("got 'some/model'; download it, or add it there with the revision to pin")


@pytest.mark.parametrize(
    ("flags", "lines"),
    [
        (
            "--disable_best_reward --ckpt_suffix x --visual_token_viz --visual_token_viz_dir y",
            [
                "--disable_best_reward: did nothing in the released code and does nothing here; the best step's think tokens are decoded",
                "--ckpt_suffix: did nothing in the released code and does nothing here",
                "--visual_token_viz: did nothing in the released code and does nothing here; the pages of the report draw patches and attention",
                "--visual_token_viz_dir: did nothing in the released code and does nothing here",
            ],
        ),
        (
            "--resume --disable_save_logistics",
            [
                "--resume: finished samples are always taken from their journals, with the flag or without",
                "--disable_save_logistics: there is no logistics.pt here; results.json is written all the same",
            ],
        ),
        (
            "--use_auto_grad",
            ["--use_auto_grad: the gradient never reached the think tokens in the released code, so nothing updates them here either (update: none)"],
        ),
        (
            "--patch_increment 1",
            ["--patch_increment: did nothing in the released code and does nothing here without --num_selected_patches"],
        ),
        ("--patch_increment 1 --num_selected_patches 4", []),
        (
            "--solver_prompt_idx 2",
            ["--solver_prompt_idx: this task prompt is in our words, so numbers are near, not equal"],
        ),
        (
            "--worker_device_round_robin",
            ["--worker_device_round_robin: did nothing in the released code and does nothing here with one worker"],
        ),
        (
            "--num_workers 2",
            ["--num_workers: all workers shared one device in the released code; here one job at a time has it, and answers its samples in batches"],
        ),
        ("--num_workers 2 --worker_device_round_robin", []),
        ("--num_workers 2 --device cpu", []),
    ],
)  # fmt: skip
def test_flags_that_do_nothing_or_something_else_say_so(flags, lines):
    assert remarks(read(["--min_pixels", "128", "--max_pixels", "256", *flags.split()])) == lines


def test_pixels_that_are_not_given_are_said():
    assert remarks(read(["--max_pixels", "300"])) == [
        "--min_pixels: not given, so 128 as the released README says; the default of the code itself is multiplied by 28*28 a second time"
    ]
    assert remarks(read(["--state", "paper"])) == []
    assert remarks(read(["--verify_only"])) == []  # no picture is looked at


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("", "--cores 1 --resources gpu=1"),
        ("--num_workers 4", "--cores 4 --resources gpu=1"),
        ("--num_workers 4 --worker_device_round_robin", "--cores 4 --resources gpu=4"),
        ("--num_workers 4 --device cpu", "--cores 4 --resources gpu=4"),
        ("--verbose 0", "--cores 1 --quiet rules --resources gpu=1"),
    ],
)
def test_workers_are_jobs_at_a_time(flags, words):
    found = workflow.command(read(flags.split()), Path("c.yaml"), 1)
    assert found[2:] == ["snakemake", "verdicts", *words.split(), "--configfile", "c.yaml"]


def test_a_model_on_two_gpus_has_two_for_each_job():
    flags = read(["--num_workers", "3", "--worker_device_round_robin"])
    assert "gpu=6" in workflow.command(flags, Path("c.yaml"), 2)


@pytest.mark.parametrize(("workers", "shards"), [(1, 5), (2, 3), (5, 1), (9, 1)])
def test_each_worker_has_its_share_of_the_shards_in_one_job(folder, workers, shards):
    write_rows(folder, 201)  # five shards of 50
    found = experiment(folder, "--end_data_idx", "900", "--num_workers", str(workers))
    assert found.shards_per_job == shards


@pytest.mark.parametrize(
    ("flags", "visible", "expected"),
    [
        ("", None, {}),
        ("--device cpu", "0,1", {"CUDA_VISIBLE_DEVICES": ""}),
        ("--device cuda:1", None, {"CUDA_VISIBLE_DEVICES": "1"}),
        ("--device cuda:1", "GPU-a,GPU-b", {"CUDA_VISIBLE_DEVICES": "GPU-b"}),
        ("--device cuda:1 --num_workers 2 --worker_device_round_robin", "0,1", {}),
    ],
)
def test_the_device_is_one_of_those_that_are_visible(flags, visible, expected):
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert workflow.devices(read(flags.split()), environment) == expected


def test_a_device_that_is_not_visible_is_one_line():
    with pytest.raises(DmlrError) as error:
        workflow.devices(read(["--device", "cuda:2"]), {"CUDA_VISIBLE_DEVICES": "0,1"})
    assert str(error.value) == (
        "--device: must be one of the 2 devices of CUDA_VISIBLE_DEVICES, counted from 0, got cuda:2"
    )


def test_the_configuration_says_the_command_that_it_came_from(folder):
    experiment(folder, "--sigma", "1")
    first = (folder / "out/config.yaml").read_text().splitlines()[0]
    assert first == f"# dmlr eval {' '.join(NEEDED)} --sigma 1"


def test_every_flag_has_its_row_in_the_guide_and_the_guide_knows_no_other():
    text = (ROOT / "docs/from-the-released-code.md").read_text()
    rows = re.findall(r"^\| (`--.*?) \|", text, re.M)
    told = {flag for row in rows for flag in re.findall(r"`--(\w+)`", row)}
    assert told == set(Flags.model_fields)


def test_the_commands_of_the_guide_are_those_of_the_released_readme():
    text = (ROOT / "docs/from-the-released-code.md").read_text()
    commands = re.findall(r"^\$ dmlr eval (.*)$", text.replace("\\\n", ""), re.M)
    given = [
        ["--dataset", FILE, "--model_name_or_path", "Qwen/Qwen2.5-VL-7B-Instruct", "--output_dir", "./output", *flags.split()]
        for flags in (README, SCRIPT)
    ]  # fmt: skip
    assert [command.split() for command in commands] == given
