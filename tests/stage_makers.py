"""A tiny student, conversations and asks for the tests of training stages."""

import json
from pathlib import Path

from makers import thing, twin_of

from agentseg.masks import box_mask, encode
from agentseg.sample import Sample
from agentseg.training.stages.asks import Ask, write_asks

SIZE = (100, 200)
LABELS = ("mug", "plate", "fork", "kettle", "bowl", "toaster", "sink", "apple")


def things(number):
    """Three of the labels, side by side, the nearest first."""
    names = [LABELS[(number + step) % len(LABELS)] for step in (0, 1, 3)]
    boxes = ((10, 10, 30, 30), (60, 10, 90, 50), (120, 40, 140, 60))
    return [thing(k + 1, name, boxes[k], 1.0 + k, colour="red", score=0.9) for k, name in enumerate(names)]


def ask(number, *, teacher=None):
    """Asks for the second thing."""
    rows = things(number)
    box = rows[1].box
    return Ask(
        twins=(twin_of(*rows, size=SIZE),),
        media=f"{number:064x}",
        sample=Sample(
            id=f"s{number}", dataset="made", split="train", query=f"the {rows[1].label} please",
            media=("m",), size=SIZE, targets={0: encode(box_mask(box, SIZE))},
        ),
        teacher=teacher,
    )  # fmt: skip


def plan_turn(label):
    return json.dumps({"analysis": f"the {label}", "plan": f"find {label}; answer"})


def conversation(number):
    rows = things(number)
    view = "\n".join(["picture, 3 instances", *(f"{row.id}: {row.label}, red" for row in rows)])
    return {
        "messages": [
            {"role": "system", "content": "plan or answer"},
            {"role": "user", "content": f"{view}\nquery: the {rows[1].label} please"},
            {"role": "assistant", "content": plan_turn(rows[1].label)},
        ],
        "trace_id": str(number),
        "group": str(number),
    }


def write_rows(path, count=64):
    path.write_text("".join(json.dumps(conversation(number)) + "\n" for number in range(count)))
    return path


def asks_file(path, count=4):
    write_asks(path, (ask(number) for number in range(count)))
    return path


def tiny_base(folder: Path) -> Path:
    """A student of 0.1 million parameters, with random weights."""
    from agentseg.training.stages.fresh import fresh_student

    rows = write_rows(folder.with_name(f"{folder.name}.rows.jsonl"), 16)
    folder.mkdir(parents=True)
    shape = {"width": 64, "layers": 2, "heads": 2, "kv_heads": 1, "head_dim": 32, "hidden": 128, "context": 1024}
    assert fresh_student(folder, texts=str(rows), vocabulary=420, shape=shape)["parameters"] < 200_000
    return folder


def note(folder):
    """A call stage: counts how often it ran."""
    with (folder / "runs").open("a") as file:
        file.write("once\n")
    return {"processes": len((folder / "runs").read_text().split())}
