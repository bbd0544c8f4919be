"""What SAM 2 holds in memory while it follows objects through a stream: resident memory over the frames.

``python -m benchmarks.sam2_memory`` runs 2,000 frames of a shrunken model (random weights; memory does not depend on
them), with an object added and one removed every 100 frames, and prints the slope of the resident memory once it has
settled. ``--full --frames 30`` runs SAM 2.1 tiny at 1024 pixels; ``--keep`` forgets nothing, to compare.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights
from agentseg.frames import Frame
from agentseg.perception.vision.sam2_video import Sam2VideoTracker
from benchmarks.eval_memory import megabytes

SIZE = (240, 320)
OBJECTS = 2
EVERY = 100
"""Frames from one change of the objects to the next."""


def shrunken(side: int = 64) -> Any:
    """The configuration of a video SAM 2 with few channels and an input of ``side`` pixels."""
    from transformers import Sam2HieraDetConfig, Sam2VideoConfig, Sam2VisionConfig

    dims = [16, 32, 64, 128]
    backbone = Sam2HieraDetConfig(
        hidden_size=dims[0],
        image_size=[side, side],
        blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=dims,
        num_attention_heads_per_stage=[1, 2, 4, 8],
        global_attention_blocks=[3],
    )
    hidden = 128  # memory attention wants memories of 64 channels, and pointers of a multiple of them
    vision = Sam2VisionConfig(
        backbone_config=backbone,
        backbone_channel_list=dims[::-1],
        backbone_feature_sizes=[[side // step] * 2 for step in (4, 8, 16)],
        fpn_hidden_size=hidden,
    )
    return Sam2VideoConfig(
        vision_config=vision,
        prompt_encoder_config={"hidden_size": hidden, "image_size": side},
        mask_decoder_config={
            "hidden_size": hidden,
            "mlp_dim": 64,
            "num_attention_heads": 2,
            "iou_head_hidden_dim": 32,
        },
        image_size=side,
        memory_attention_rope_feat_sizes=[side // 16] * 2,
        memory_attention_hidden_size=hidden,
        memory_attention_num_layers=2,
        memory_attention_feed_forward_hidden_size=64,
        memory_encoder_hidden_size=hidden,
        mask_downsampler_embed_dim=hidden,
        memory_fuser_embed_dim=hidden,
        memory_fuser_intermediate_dim=64,
    )


def save(folder: Path, config: Any) -> None:
    """Save a model of random weights that takes its objects to be seen, as users save theirs."""
    import torch
    from transformers import Sam2VideoModel

    torch.manual_seed(0)
    model = Sam2VideoModel(config)
    torch.nn.init.constant_(model.mask_decoder.pred_obj_score_head.proj_out.bias, 3.0)
    model.save_pretrained(folder)


def run(tracker: Sam2VideoTracker, frames: int) -> tuple[list[float], float, int]:
    """Follow objects through random frames.

    Returns:
        Resident memory after each frame in MB, seconds a frame, and masks that were not empty.
    """
    rng = np.random.default_rng(0)
    memory: list[float] = []
    seen = 0
    started = time.perf_counter()
    for index in range(frames):
        picture = rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
        followed = tracker.step(Frame(picture, index))
        seen += sum(bool(one.mask.any()) for one in followed.values())
        if index == 0:
            for key in range(OBJECTS):
                tracker.add(key, box=(40.0 + 60 * key, 40.0, 120.0 + 60 * key, 160.0))
        elif index % EVERY == EVERY // 2 and frames > EVERY:
            tracker.remove(tracker.ids[0])
            tracker.add(tracker.ids[-1] + 1, points=[(160.0, 120.0)])
        memory.append(megabytes())
    return memory, (time.perf_counter() - started) / frames, seen


def report(frames: int, full: bool, keep: bool) -> dict[str, str]:
    """Print-ready figures of one run."""
    import torch
    from transformers import Sam2VideoConfig

    torch.set_num_threads(1)
    config = Sam2VideoConfig() if full else shrunken()
    side = 1024 if full else config.image_size
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder), config)
        options = VisionOptions(device="cpu", weights=VisionWeights(sam2=folder), sizes=VisionSizes(sam2=side))
        tracker = Sam2VideoTracker(options, prune=not keep)
        memory, seconds, seen = run(tracker, frames)
    start = min(frames - 2, max(17, frames // 4))  # the memory of an object is full after 16 frames
    slope = float(np.polyfit(np.arange(start, frames), memory[start:], 1)[0])
    return {
        "model": f"SAM 2.1 tiny at {side}" if full else f"shrunken SAM 2 at {side}",
        "frames, objects": f"{frames:,}, {OBJECTS}",
        "resident memory after the first frame, MB": f"{memory[0]:.1f}",
        f"resident memory after frame {start:,}, MB": f"{memory[start]:.1f}",
        "highest since then, MB": f"{max(memory[start:]):.1f}",
        "resident memory at the end, MB": f"{memory[-1]:.1f}",
        "slope since then, KB a frame": f"{slope * 1024:.2f}",
        "seconds a frame": f"{seconds:.3f}",
        "masks that are not empty": f"{seen:,}",
    }


def main() -> int:
    """Print the figures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sam2_memory", description=__doc__)
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--full", action="store_true", help="SAM 2.1 tiny at 1024 px: some seconds a frame")
    parser.add_argument("--keep", action="store_true", help="forget nothing")
    asked = parser.parse_args()
    for name, figure in report(asked.frames, asked.full, asked.keep).items():
        print(f"  {name:<52} {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
