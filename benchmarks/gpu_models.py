"""The networks of the paper's 0.8B stack with random weights, at their real sizes or shrunken for a test.

Times and memory depend on the architecture and not on the values of the weights, so nothing is downloaded. Sizes are
those of the published configurations: Qwen3-0.6B, Depth Anything V2 small, OWLv2 base-16, SAM 2.1 tiny.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

STACK = ("Qwen3-0.6B", "Depth-Anything-V2-S", "OWLv2-b16", "SAM2.1-tiny")
"""The stack's networks: 807M parameters in all, 815M with the memory of SAM 2's video model."""


@dataclass(frozen=True)
class Sizes:
    """Input sizes of the stack.

    Attributes:
        owl: Side of OWLv2's square in pixels.
        sam: Side of SAM 2's square in pixels.
        depth: (H, W) of Depth Anything's picture, multiples of 14.
        labels: Labels that the detector compares with, their embeddings cached.
        boxes: Boxes that the segmenter draws in one pass of its decoder.
        followed: Objects that the video tracker follows.
        frame: (H, W) of the camera's frame.
    """

    owl: int = 960
    sam: int = 1024
    depth: tuple[int, int] = (518, 686)
    labels: int = 50
    boxes: int = 20
    followed: int = 3
    frame: tuple[int, int] = (480, 640)


TINY = Sizes(owl=96, sam=128, depth=(56, 70), labels=5, boxes=3, followed=2, frame=(48, 64))


def configs(tiny: bool, sizes: Sizes) -> dict[str, tuple[str, Any]]:
    """Class and configuration of each network, by its name in ``STACK``, and of SAM 2's video model."""
    import transformers as hub

    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    qwen = hub.Qwen3Config(
        vocab_size=500 if tiny else 151_936,
        num_key_value_heads=1 if tiny else 8,
        head_dim=16 if tiny else 128,
        tie_word_embeddings=True,
        **(small if tiny else _named(1024, 3072, 28, 16)),
    )
    taps = [1, 2, 3, 4] if tiny else [3, 6, 9, 12]
    dino = hub.Dinov2Config(
        image_size=518, patch_size=14, out_indices=taps, apply_layernorm=True, reshape_hidden_states=False,
        **({"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2} if tiny
           else {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 6}),
    )  # fmt: skip
    depth = hub.DepthAnythingConfig(
        backbone_config=dino,
        reassemble_hidden_size=dino.hidden_size,
        neck_hidden_sizes=[8, 8, 16, 16] if tiny else [48, 96, 192, 384],
        fusion_hidden_size=8 if tiny else 64,
        head_hidden_size=8 if tiny else 32,
    )
    owl = hub.Owlv2Config(
        text_config=small | {"vocab_size": 60, "bos_token_id": 58, "eos_token_id": 59}
        if tiny
        else _named(512, 2048, 12, 8),
        vision_config=(small if tiny else _named(768, 3072, 12, 12)) | {"image_size": sizes.owl, "patch_size": 16},
        projection_dim=32 if tiny else 512,
    )
    return {
        "Qwen3-0.6B": ("Qwen3ForCausalLM", qwen),
        "Depth-Anything-V2-S": ("DepthAnythingForDepthEstimation", depth),
        "OWLv2-b16": ("Owlv2ForObjectDetection", owl),
        "SAM2.1-tiny": ("Sam2Model", _sam(hub.Sam2Config, tiny, sizes.sam)),
        "SAM2.1-tiny video": ("Sam2VideoModel", _sam(hub.Sam2VideoConfig, tiny, sizes.sam)),
    }


def _named(hidden: int, between: int, layers: int, heads: int) -> dict[str, int]:
    return {
        "hidden_size": hidden,
        "intermediate_size": between,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
    }


def _sam(kind: Any, tiny: bool, side: int) -> Any:
    """SAM 2's configuration; the default one is that of 2.1 tiny. Another side needs other sizes of its maps."""
    config = kind()
    backbone = config.vision_config.backbone_config
    if tiny:
        backbone.blocks_per_stage, backbone.global_attention_blocks = [1, 1, 2, 1], [3]
    backbone.image_size = [side, side]
    config.vision_config.backbone_feature_sizes = [[side // step] * 2 for step in (4, 8, 16)]
    config.prompt_encoder_config.image_size = side
    if hasattr(config, "memory_attention_rope_feat_sizes"):
        config.image_size = side
        config.memory_attention_rope_feat_sizes = [side // 16] * 2
    return config


def build(name: str, tiny: bool, sizes: Sizes, device: str, dtype: Any) -> Any:
    """Make one network with random weights on its device.

    Args:
        name: A key of ``configs``.
        tiny: Shrunken.
        sizes: Input sizes.
        device: ``meta`` makes its form only, which is enough to count parameters.
        dtype: Number format of weights and inputs.
    """
    import torch
    import transformers

    kind, config = configs(tiny, sizes)[name]
    torch.manual_seed(0)
    with torch.device(device):
        model = getattr(transformers, kind)(config).eval().requires_grad_(False).to(dtype)
    if name.startswith("SAM"):
        model.prompt_encoder.shared_embedding.float()  # coordinates are too fine for bfloat16
    return model


def parameters(model: Any) -> int:
    """Parameters of a network, shared ones once."""
    return sum(weight.numel() for weight in {id(weight): weight for weight in model.parameters()}.values())


def stages(models: dict[str, Any], sizes: Sizes, device: str, dtype: Any) -> dict[str, Callable[[], Any]]:
    """The stages of perception, each as a function that runs it once on random pixels."""
    import torch

    def pixels(height: int, width: int) -> Any:
        return torch.randn(1, 3, height, width, device=device, dtype=dtype)

    owl, sam, far = models["OWLv2-b16"], models["SAM2.1-tiny"], models["Depth-Anything-V2-S"]
    square, picture, wide = pixels(sizes.owl, sizes.owl), pixels(sizes.sam, sizes.sam), pixels(*sizes.depth)
    words = torch.randn(1, sizes.labels, owl.config.projection_dim, device=device, dtype=dtype)
    corners = torch.rand(1, sizes.boxes, 2, device=device) * sizes.sam / 2
    boxes = torch.cat([corners, corners + sizes.sam / 4], dim=-1)
    maps = sam.get_image_embeddings(picture)

    def detect() -> Any:
        grid = owl.image_embedder(square)[0]
        flat = grid.flatten(1, 2)
        return owl.class_predictor(flat, words)[0], owl.box_predictor(flat, grid), owl.objectness_predictor(flat)

    return {
        "detect": detect,
        "encode for masks": lambda: sam.get_image_embeddings(picture),
        "draw masks": lambda: sam(image_embeddings=list(maps), input_boxes=boxes, multimask_output=False).pred_masks,
        "depth": lambda: far(wide).predicted_depth,
    }


def follower(model: Any, sizes: Sizes, device: str, dtype: Any) -> Callable[[], Any]:
    """Following objects from one frame to the next by SAM 2's video model, whose memory is pruned as it goes."""
    from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights
    from agentseg.frames import Frame
    from agentseg.perception.vision.sam2_video import Sam2VideoTracker

    name = str(dtype).removeprefix("torch.")
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        given = {"device": device, "dtype": name, "sizes": VisionSizes(sam2=sizes.sam)}
        tracker = Sam2VideoTracker(VisionOptions(weights=VisionWeights(sam2=folder), **given))
    random = np.random.default_rng(0)
    height, width = sizes.frame
    frame = Frame(random.integers(0, 256, (height, width, 3), dtype=np.uint8))
    tracker.step(frame)
    for key in range(1, sizes.followed + 1):
        tracker.add(key, box=(key, key, width / 2 + key, height / 2 + key))
    return lambda: tracker.step(frame)
