"""Two systems on the same rendered kitchens, evaluated by the real runner, for the tests of the report."""

import json
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from agentseg.evaluation.asked import Asked
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.runner import evaluate
from agentseg.evaluation.systems import Answered
from agentseg.evaluation.work import Entries
from agentseg.masks import decode, encode
from agentseg.sim import render_kitchen

SCRIPT = "<script>alert(1)</script>"
QUOTED = "the \"mug\" <b onload=alert(1)> & 'cup'"
KITCHENS, QUERIES = 5, 10


def dataset(root: Path) -> Path:
    """50 queries about 5 kitchens in the layout of JiTBench, every tenth without a target."""
    videos, masks = {}, {}
    for seed in range(KITCHENS):
        (frame,), truth = render_kitchen(1_000_000 + seed)
        folder = root / "JPEGImages" / f"k{seed}"
        folder.mkdir(parents=True)
        Image.fromarray(frame.rgb).save(folder / "0.jpg", quality=92)
        ids = truth.ids[0]
        seen = [int(key) for key in np.unique(ids) if key and (ids == key).sum() > 150]
        expressions = {}
        for number in range(QUERIES):
            key = seen[number % len(seen)]
            name = f"{seed}-{number}"
            masks[name] = [encode(ids == key)]
            label = truth.labels[key]
            texts = {0: f"{SCRIPT} the {label}", 1: QUOTED}
            expressions[str(number)] = {
                "exp": texts.get(number % 5, f"the {label} that I could reach from here without moving much at all"),
                "obj_id": [key],
                "anno_id": [] if number == 9 else [name],
                "level": 1 + number % 3,
                "category": ("semantic", "spatial")[number % 2],
            }
        videos[f"k{seed}"] = {"frames": ["0"], "expressions": expressions}
    (root / "meta_expressions_test_.json").write_text(json.dumps({"videos": videos}))
    (root / "mask_dict.json").write_text(json.dumps(masks))
    return root


def answer(skill: float, sample) -> Answered:
    """Misses, shifts or finds the target, as a seed of the sample's id decides; slow and wordy by skill."""
    random = np.random.default_rng([int(part.strip("k")) for part in sample.id.split("/")])
    luck, tokens = random.random(), int(10 + 60 * skill + 40 * random.random())
    timing = {"frames": 1, "perceive_ms": 8 + 4 * random.random(), "total_ms": 20 + 400 * skill * random.random() ** 3}
    if luck < 0.08:
        return Answered(Prediction(status="format_error", error="no plan", output_tokens=tokens), timing)
    target = decode(sample.targets[0])
    found = np.roll(target, 0 if luck < skill else 60, axis=1)
    if skill - 0.3 < luck < skill:
        found = np.roll(target, 3, axis=(0, 1))
    prediction = Prediction(
        status="ok" if found.any() else "no_target",
        masks={0: encode(found)} if found.any() else {},
        analysis=f"I look for it {SCRIPT}",
        plan='find mug; filter colour is "red"; answer',
        reasoning_tokens=tokens,
        output_tokens=tokens + 12,
    )
    return Answered(prediction, timing)


def systems(perceived: float, true: float):
    return {"perceived": partial(answer, perceived), "true": partial(answer, true)}


def runs(folder: Path) -> list[Path]:
    """Folders of two finished runs, of 50 samples on two kinds of twins each."""
    root, found = dataset(folder / "data"), []
    for name, perceived, true in (("student", 0.55, 0.8), ("teacher <7B> $x^$", 0.75, 0.95)):
        out = folder / "runs" / name
        asked = Asked(
            dataset="jitbench", split="test", root=str(root), protocol="kitchenbench", twins=("perceived", "true"),
            reasoner=f"gguf:{name}", config={"note": SCRIPT},
        )  # fmt: skip
        evaluate(Entries("jitbench", str(root), "test"), partial(systems, perceived, true), asked, out)
        found.append(out)
    return found
