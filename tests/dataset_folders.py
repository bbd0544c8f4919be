"""Tiny datasets in the exact layouts of the public ones, written by the tests themselves."""

import io
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from agentseg.masks import Mask, encode

SIZE = (24, 32)
"""(H, W) of every picture."""


def photo(path: Path, value: int = 90, size: tuple[int, int] = SIZE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*size, 3), value, np.uint8)).save(path)
    return path


def write_json(path: Path, value: Any, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps(value, ensure_ascii=False).encode(encoding))
    return path


def block(x1: int, y1: int, x2: int, y2: int, size: tuple[int, int] = SIZE) -> Mask:
    mask = np.zeros(size, bool)
    mask[y1:y2, x1:x2] = True
    return mask


def corners(x1: float, y1: float, x2: float, y2: float) -> list[list[float]]:
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]


def reasonseg(root: Path, names: tuple[str, ...] = ("b", "a"), split: str = "val") -> Path:
    for place, name in enumerate(names):
        photo(root / split / f"{name}.jpg")
        shapes = [
            {"label": "target", "points": corners(2, 2, 5, 5)},
            {"label": "Ignore", "points": corners(0, 0, 15.9, 11)},
            {"label": "flag", "points": corners(20, 12, 30, 20)},
        ]
        record = {"shapes": shapes, "text": [f"who is {name}?", "second"], "is_sentence": place == 0}
        write_json(root / split / f"{name}.json", record)
    return root


def instances(path: Path, split_image: int = 7, file: str = "COCO_train2014_000000000007.jpg") -> Path:
    two = [[2, 2, 12, 2, 12, 12, 2, 12], [8, 8, 20, 8, 20, 18, 8, 18]]
    crowd = {"size": list(SIZE), "counts": [0, 24, 24 * 31]}
    annotations = [
        {"id": 70, "image_id": split_image, "category_id": 1, "segmentation": two},
        {"id": 71, "image_id": split_image, "category_id": 1, "segmentation": [[22, 2, 28, 2, 28, 9]]},
        {"id": 72, "image_id": split_image, "category_id": 1, "segmentation": crowd},
    ]
    images = [{"id": split_image, "file_name": file, "height": SIZE[0], "width": SIZE[1]}]
    return write_json(path, {"info": {"x": 'a "[{" b'}, "images": images, "annotations": annotations, "licenses": []})


def refs() -> list[dict[str, Any]]:
    sentences = [{"sent_id": 3, "sent": "left mug", "tokens": ["left", "mug"]}, {"sent_id": 4, "sent": "the mug"}]
    return [
        {"ref_id": 1, "ann_id": 70, "image_id": 7, "category_id": 1, "split": "val", "sentences": sentences},
        {"ref_id": 2, "ann_id": 71, "image_id": 7, "category_id": 1, "split": "testA", "sentences": sentences[:1]},
    ]


def refcoco(root: Path, dataset: str = "refcoco", by: str = "unc", protocol: int = 2) -> Path:
    instances(root / dataset / "instances.json")
    (root / dataset / f"refs({by}).p").write_bytes(pickle.dumps(refs(), protocol=protocol))
    photo(root / "images" / "mscoco" / "images" / "train2014" / "COCO_train2014_000000000007.jpg")
    return root


def revos(root: Path, split: str = "valid", extra: dict[str, Any] | None = None) -> Path:
    """Three frames; two objects that overlap in frame 0, the first gone in frame 1, both gone in frame 2."""
    masks = {
        "10": [encode(block(2, 2, 10, 10)), None, None],
        "11": [encode(block(6, 6, 14, 14)), encode(block(0, 0, 3, 3)), None],
    }
    more = extra or {}
    expressions = {
        "0": {"exp": "the mug", "obj_id": [1], "anno_id": [10], "type_id": 0, **more},
        "1": {"exp": "what holds tea?", "obj_id": [1, 2], "anno_id": [10, 11], "type_id": 1, **more},
        "2": {"exp": "a whale", "obj_id": [], "anno_id": [], "type_id": 1, **more},
    }
    frames = ["00000", "00005", "00010"]
    write_json(
        root / f"meta_expressions_{split}_.json", {"videos": {"v1": {"frames": frames, "expressions": expressions}}}
    )
    write_json(root / "mask_dict.json", masks)
    for value, name in enumerate(frames):
        photo(root / "JPEGImages" / "v1" / f"{name}.jpg", 40 * value)
    return root


def png(value: int = 90, size: tuple[int, int] = SIZE) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((*size, 3), value, np.uint8)).save(out, "PNG")
    return out.getvalue()
