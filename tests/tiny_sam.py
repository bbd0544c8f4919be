"""Shrunken SAM 2 and SAM 3 models of random weights, saved as users save theirs, for the tests and benchmarks."""

import json
from pathlib import Path
from typing import Any

SIDE = 128
"""Input side of the shrunken SAM 2, px."""


def sam2_config(kind: type, side: int = SIDE, hidden: int = 32, **more: Any) -> Any:
    """A SAM 2 of four stages and few channels."""
    from transformers import Sam2HieraDetConfig, Sam2VisionConfig

    dims = [16, 32, 64, 128]
    backbone = Sam2HieraDetConfig(
        hidden_size=dims[0],
        image_size=[side, side],
        blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=dims,
        num_attention_heads_per_stage=[1, 2, 4, 8],
        window_size_per_stage=[8, 4, 8, 4],
        global_attention_blocks=[3],
    )
    vision = Sam2VisionConfig(
        backbone_config=backbone,
        backbone_channel_list=dims[::-1],
        backbone_feature_sizes=[[side // step] * 2 for step in (4, 8, 16)],
        fpn_hidden_size=hidden,
    )
    decoder = {"hidden_size": hidden, "mlp_dim": 64, "num_attention_heads": 2, "iou_head_hidden_dim": 32}
    return kind(
        vision_config=vision,
        prompt_encoder_config={"hidden_size": hidden, "image_size": side},
        mask_decoder_config=decoder,
        **more,
    )


def save_sam2(folder: Path, side: int = SIDE, seed: int = 0) -> Path:
    """Save a shrunken SAM 2 whose masks are neither empty nor full."""
    import torch
    from transformers import Sam2Config, Sam2Model

    torch.manual_seed(seed)
    model = Sam2Model(sam2_config(Sam2Config, side))
    _stir(model)
    model.save_pretrained(folder)
    return folder


def save_sam2_video(folder: Path, side: int = SIDE, seed: int = 0) -> Path:
    """Save a shrunken video SAM 2 that takes its objects to be seen, so that memory is at work."""
    import torch
    from transformers import Sam2VideoConfig, Sam2VideoModel

    torch.manual_seed(seed)
    config = sam2_config(
        Sam2VideoConfig,
        side,
        hidden=128,  # memory attention wants memories of 64 channels, and pointers of a multiple of them
        image_size=side,
        memory_attention_rope_feat_sizes=[side // 16] * 2,
        memory_attention_hidden_size=128,
        memory_attention_num_layers=2,
        memory_attention_feed_forward_hidden_size=64,
        memory_encoder_hidden_size=128,
        mask_downsampler_embed_dim=128,
        memory_fuser_embed_dim=128,
        memory_fuser_intermediate_dim=64,
        memory_fuser_layer_scale_init_value=0.1,
    )
    model = Sam2VideoModel(config)
    _stir(model)
    torch.nn.init.constant_(model.mask_decoder.pred_obj_score_head.proj_out.bias, 3.0)
    model.save_pretrained(folder)
    return folder


def _stir(model: Any) -> None:
    """Random weights instead of the zeros and narrow ones of a fresh model, which hide what depends on them."""
    import torch

    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.5 * parameter[0].numel() ** -0.5 + 0.02)


def save_sam3(folder: Path, seed: int = 0) -> Path:
    """Save a shrunken SAM 3 (input side 112 px) with a tokenizer that spells every word in letters."""
    import torch
    from transformers import Sam3Config, Sam3Model

    torch.manual_seed(seed)
    hidden = {"hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64}
    backbone = {
        "model_type": "sam3_vit_model",
        **hidden,
        "num_hidden_layers": 2,
        "image_size": 112,
        "pretrain_image_size": 28,
        "window_size": 2,
        "global_attn_indexes": [1],
    }
    text = {
        "model_type": "clip_text_model",
        **hidden,
        "num_hidden_layers": 1,
        "vocab_size": 64,
        "projection_dim": 16,
        "max_position_embeddings": 32,
        "bos_token_id": 62,
        "eos_token_id": 63,
        "pad_token_id": 63,
    }
    config = Sam3Config(
        vision_config={
            "backbone_config": backbone,
            "fpn_hidden_size": 32,
            "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
        },
        text_config=text,
        geometry_encoder_config={**hidden, "num_layers": 1},
        detr_encoder_config={**hidden, "num_layers": 1},
        detr_decoder_config={**hidden, "num_layers": 2, "num_queries": 10},
        mask_decoder_config={"hidden_size": 32, "num_attention_heads": 2},
    )
    model = Sam3Model(config)
    _stir(model)
    model.save_pretrained(folder)
    save_clip_tokenizer(folder)
    return folder


def save_clip_tokenizer(folder: Path) -> None:
    """Save a CLIP tokenizer of letters: 64 entries, of which the last two begin and end a text."""
    from transformers import CLIPTokenizer

    letters = "abcdefghijklmnopqrstuvwxyz0123"
    words = [*letters, *(f"{letter}</w>" for letter in letters), "!", "!</w>", "<|startoftext|>", "<|endoftext|>"]
    folder.joinpath("vocab.json").write_text(json.dumps({word: place for place, word in enumerate(words)}))
    folder.joinpath("merges.txt").write_text("#version: 0.2\n")
    CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt")).save_pretrained(folder)
