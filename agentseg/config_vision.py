"""The ``[vision]`` table of a configuration: which open-vocabulary models look, where, and how finely.

Plain fields only, so that reading a configuration loads no torch. ``perception.vision.settings`` turns them into
devices and sizes.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class VisionWeights(BaseModel):
    """Where the weights come from: a Hugging Face id, ``id@revision``, or the path of a folder with a ``config.json``.

    Attributes:
        owlv2: OWLv2 detector.
        groundingdino: Grounding DINO detector.
        depth_anything: Depth Anything V2. The default gives metres indoors (up to 20); a checkpoint of relative depth
            (``depth-anything/Depth-Anything-V2-Small-hf``) gives an order only.
        sam2: SAM 2.1 segmenter: tiny, small, base-plus or large.
        sam3: SAM 3 concept segmenter (gated: accept its licence first).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    owlv2: str = Field(default="google/owlv2-base-patch16-ensemble", min_length=1)
    groundingdino: str = Field(default="IDEA-Research/grounding-dino-tiny", min_length=1)
    depth_anything: str = Field(default="depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf", min_length=1)
    sam2: str = Field(default="facebook/sam2.1-hiera-tiny", min_length=1)
    sam3: str = Field(default="facebook/sam3", min_length=1)


class VisionSizes(BaseModel):
    """Input side of each model in pixels, where it should be another than ``size`` says; None leaves it.

    Attributes:
        owlv2: Side of the square; rounded to whole patches.
        groundingdino: Shortest side; the longest is at most 5/3 of it.
        depth_anything: Shortest side; rounded to whole patches.
        sam2: Side of the square.
        sam3: Side of the square.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    owlv2: int | None = Field(default=None, ge=32, le=4096)
    groundingdino: int | None = Field(default=None, ge=256, le=4096)
    depth_anything: int | None = Field(default=None, ge=28, le=4096)
    sam2: int | None = Field(default=None, ge=64, le=4096)
    sam3: int | None = Field(default=None, ge=64, le=4096)


class VisionOptions(BaseModel):
    """How the perceivers ``owlv2``, ``groundingdino``, ``sam2``, ``sam3`` and ``depth_anything`` look.

    Attributes:
        device: ``auto`` takes cuda, then mps, then cpu; ``cuda:1`` names one of several.
        dtype: ``auto`` is bfloat16 on cuda where it has it, else float32.
        compile: Compile the image encoders with torch.compile: the first frame takes a minute, later ones less.
        size: ``full`` is the checkpoint's own input size, ``reduced`` about half of it (a quarter of the work);
            ``auto`` is reduced on a CPU.
        sizes: Sizes of single models in pixels, above ``size``.
        weights: Checkpoints.
        download: Fetch weights that are not there yet; off, only files at hand are read.
        vocabulary: ``everyday`` (about 1,000 nouns of ours), ``short`` (the 100 most common of them), the path of a
            text file (a noun a line), or the nouns themselves. None takes what suits the detector: everyday for OWLv2,
            short for Grounding DINO.
        threshold: Least score of a detection, 0-1; None takes the detector's usual one (0.1 OWLv2, 0.3 Grounding DINO).
        unknown: Most things that no noun explains but that look like one (OWLv2's objectness); they are called
            ``unknown``. 0 leaves them out.
        objectness: Least objectness of an unknown thing, 0-1.
        nms: Two detections that overlap more than this (box IoU) are one; the better stays.
        top_k: Most detections of a frame, the best by score.
        batch: Frames or crops of one forward pass, and texts times 16.
        cache: Folder of the text embeddings; None is ``agentseg`` in the user's cache folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d{1,2})?)$")
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    compile: bool = False
    size: Literal["auto", "full", "reduced"] = "auto"
    sizes: VisionSizes = VisionSizes()
    weights: VisionWeights = VisionWeights()
    download: bool = True
    vocabulary: str | tuple[str, ...] | None = None
    threshold: float | None = Field(default=None, ge=0, le=1)
    unknown: int = Field(default=5, ge=0, le=1000)
    objectness: float = Field(default=0.2, ge=0, le=1)
    nms: float = Field(default=0.5, ge=0, le=1)
    top_k: int = Field(default=40, ge=1, le=1000)
    batch: int = Field(default=4, ge=1, le=256)
    cache: str | None = None
