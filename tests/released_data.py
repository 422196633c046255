"""A file in the authors' format with its pictures, and the commands of the released README."""

import json

from PIL import Image

from dmlr.datasets import shapes
from dmlr.datasets.entry import Shapes

# The command under "Custom Configuration", and that of script/run.sh; data set, model and folder apart.
README = (
    "--device cuda --start_data_idx 0 --end_data_idx 100 --max_new_tokens 2048 --max_num_steps 15 "
    "--num_thought_tokens 2 --sigma 25.0 --lr 0.01"
)
SCRIPT = (
    "--device cuda --seed 42 --max_new_tokens 2048 --max_num_steps 15 --num_thought_tokens 2 --sigma 25.0 "
    "--sigma_decay 0.95 --lr 0.01 --verbose 0 --min_pixels 128 --max_pixels 256 --start_data_idx 0 "
    "--end_data_idx 4 --use_llm_verify --num_workers 2 --worker_device_round_robin "
    "--num_selected_patches 16 --initial_patch_count 1 --patch_increment 1 --visual_insert_stride 1 "
    "--visual_injection_start_step 0 --visual_injection_interval 1"
)
FILE = "data/scienceqa.json"


def write_shapes(folder, count):
    """``data/scienceqa.json``: questions that the embedded model was trained for, as the authors write them."""
    rows = shapes.load(Shapes(loader="shapes", split="test", samples=count, seed=7))
    entries = []
    for number, row in enumerate(rows):
        path = folder / f"dataset/own/{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(row.picture.read())
        options = [f"{'ABCDEFGH'[place]}. {text}" for place, text in enumerate(row.options)]
        gold = row.gold["official"]
        entries.append(
            {
                "prompt": "\n".join([row.question, "", "Options:", *options]),
                "solution": f"{gold.letter}. {gold.text}",
                "image_path": f"dataset/own/{number}.png",
                "idx": number,
            }
        )
    write_entries(folder, entries)


def write_rows(folder, count, picture="dataset/own/{}.png"):
    """``data/scienceqa.json`` with any questions, and small pictures where the rows say."""
    entries = []
    for number in range(count):
        path = folder / picture.format(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (56, 56), "red").save(path)
        entries.append(
            {"prompt": f"Is it {number}?", "solution": "Yes", "image_path": picture.format(number)}
        )
    write_entries(folder, entries)


def write_entries(folder, entries):
    (folder / "data").mkdir(exist_ok=True)
    (folder / FILE).write_text(json.dumps(entries))
