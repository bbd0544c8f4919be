"""Shrunken OWLv2, Grounding DINO and Depth Anything with random weights, saved as folders as a hub has them."""

import json
from pathlib import Path

import numpy as np

from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights
from agentseg.frames import Frame

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MERGES = ("p h", "ph o", "pho t", "phot o</w>", "o f</w>")
"""Pairs that the tiny CLIP vocabulary joins: its prompts have to leave room for the noun in 16 tokens."""


def photo(height: int = 90, width: int = 120, seed: int = 0) -> Frame:
    """Coloured rectangles on a gradient."""
    rng = np.random.default_rng(seed)
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[..., 0] = np.linspace(0, 255, width)[None]
    rgb[..., 1] = np.linspace(0, 255, height)[:, None]
    for _ in range(6):
        y, x = rng.integers(0, height - 20), rng.integers(0, width - 20)
        rgb[y : y + 20, x : x + 20] = rng.integers(0, 255, 3)
    return Frame(rgb)


def clip_tokenizer(folder: Path) -> None:
    """A CLIP byte-pair vocabulary of single letters, as OWLv2's."""
    from transformers import CLIPTokenizer

    joined = [merge.replace(" ", "") for merge in MERGES]
    pieces = ["!", *LETTERS, *(f"{letter}</w>" for letter in LETTERS), *joined, "<|startoftext|>", "<|endoftext|>"]
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps({piece: place for place, piece in enumerate(pieces)}))
    merges.write_text("\n".join(["#version: 0.2", *MERGES, ""]))
    made = CLIPTokenizer(vocab=str(vocabulary), merges=str(merges), pad_token="!", model_max_length=16)
    made.save_pretrained(folder)


def bert_tokenizer(folder: Path) -> None:
    """A word-piece vocabulary of single letters, as Grounding DINO's; the special tokens have BERT's numbers."""
    from transformers import BertTokenizer

    pieces = [f"[unused{place}]" for place in range(1040)]
    pieces[0], pieces[100:104] = "[PAD]", ["[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces[1012], pieces[1029] = ".", "?"
    pieces += [*LETTERS, *(f"##{letter}" for letter in LETTERS)]
    path = folder / "vocab.txt"
    path.write_text("\n".join(pieces))
    BertTokenizer(vocab=str(path), do_lower_case=True).save_pretrained(folder)


def owlv2(folder: Path, seed: int = 0) -> Path:
    import torch
    from transformers import Owlv2Config, Owlv2ForObjectDetection

    folder.mkdir(parents=True, exist_ok=True)
    clip_tokenizer(folder)
    small = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {**small, "vocab_size": 60, "bos_token_id": 58, "eos_token_id": 59, "pad_token_id": 0}
    config = Owlv2Config(
        text_config={**text, "max_position_embeddings": 16},
        vision_config={**small, "image_size": 96, "patch_size": 16},
        projection_dim=32,
    )
    torch.manual_seed(seed)
    model = Owlv2ForObjectDetection(config)
    stir_owlv2(model)
    model.save_pretrained(folder)
    return folder


def stir_owlv2(model: object) -> None:
    """Change random weights so that scores and boxes differ between patches and words, at any width of the model."""
    import torch

    both = model.owlv2  # type: ignore[attr-defined]
    with torch.no_grad():
        both.text_model.embeddings.token_embedding.weight.normal_(0, 1)
        both.vision_model.embeddings.position_embedding.weight.normal_(0, 1)
        head = model.class_head  # type: ignore[attr-defined]
        head.dense0.weight.normal_(0, 1)
        for part, bias in ((head.logit_shift, 0.0), (head.logit_scale, 3.0)):
            part.weight.zero_()
            part.bias.fill_(bias)
        for head in (model.box_head, model.objectness_head):  # type: ignore[attr-defined]
            for layer, gain in ((head.dense0, 1.7), (head.dense1, 1.7), (head.dense2, 3.0)):
                layer.weight.normal_(0, gain / layer.in_features**0.5)


def depth_anything(folder: Path, kind: str = "metric", seed: int = 0) -> Path:
    import torch
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config

    backbone = Dinov2Config(
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        image_size=518,
        patch_size=14,
        out_indices=[1, 2, 3, 4],
        reshape_hidden_states=False,
        apply_layernorm=True,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=32,
        neck_hidden_sizes=[8, 8, 16, 16],
        fusion_hidden_size=8,
        head_hidden_size=8,
        depth_estimation_type=kind,
        max_depth=20 if kind == "metric" else 1,
    )
    torch.manual_seed(seed)
    model = DepthAnythingForDepthEstimation(config)
    with torch.no_grad():
        model.backbone.embeddings.patch_embeddings.projection.weight.normal_(0, 0.1)
        for conv in (model.head.conv1, model.head.conv2, model.head.conv3):
            conv.weight.normal_(0, 0.3)
        model.head.conv3.bias.fill_(0.5)
    model.save_pretrained(folder)
    return folder


def groundingdino(folder: Path, seed: int = 0) -> Path:
    import torch
    from transformers import BertConfig, GroundingDinoConfig, GroundingDinoForObjectDetection, SwinConfig

    folder.mkdir(parents=True, exist_ok=True)
    bert_tokenizer(folder)
    swin = SwinConfig(image_size=64, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], out_indices=[2, 3, 4])
    text = BertConfig(vocab_size=1092, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    config = GroundingDinoConfig(
        backbone_config=swin,
        text_config=text,
        d_model=32,
        num_queries=40,
        encoder_layers=1,
        encoder_ffn_dim=16,
        encoder_attention_heads=2,
        decoder_layers=2,
        decoder_ffn_dim=16,
        decoder_attention_heads=2,
    )
    torch.manual_seed(seed)
    model = GroundingDinoForObjectDetection(config)
    with torch.no_grad():
        for weight in model.model.parameters():
            if weight.dim() == 2:
                weight.normal_(0, 0.3)
    model.save_pretrained(folder)
    return folder


def options(**fields: object) -> VisionOptions:
    """Options on a CPU without network; keywords named after models are their weights."""
    names = set(VisionWeights.model_fields)
    weights = {name: str(value) for name, value in fields.items() if name in names}
    rest = {name: value for name, value in fields.items() if name not in names}
    base = {
        "device": "cpu",
        "download": False,
        "size": "full",
        "sizes": VisionSizes(depth_anything=112, groundingdino=256),
        **rest,
    }
    return VisionOptions.model_validate({**base, "weights": weights})
