"""Your own detector as eyes: FastestDet (COCO's 80 classes, 1 MB, ONNX Runtime); its boxes stand in for masks.

In FOLDER are FastestDet.onnx and coco.names. By configuration: perception = ["fastestdet:perceive"], FASTESTDET=FOLDER
    python examples/fastestdet.py FOLDER truck.jpg "the truck" OUT
"""

import os
import sys
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from agentseg import Frame, Twin, segment
from agentseg.outputs import write_outputs
from agentseg.perception.boxes import Detection, add_boxes


@cache
def _load(folder: Path):
    from onnxruntime import InferenceSession

    return InferenceSession(folder / "FastestDet.onnx"), np.array((folder / "coco.names").read_text().split("\n"))


def perceive(frame: Frame, twin: Twin) -> Twin:
    """Add what the network says of each cell of its grid: objectness, offset and size of a box, scores of classes."""
    network, names = _load(Path(os.environ.get("FASTESTDET", ".")))
    bgr = np.asarray(Image.fromarray(frame.rgb).resize((352, 352)), np.float32)[:, :, ::-1].transpose(2, 0, 1) / 255
    sure, dx, dy, wide, tall, *classes = network.run(None, {network.get_inputs()[0].name: bgr[None]})[0][0]
    (y, x), (w, h) = (np.indices(sure.shape) + np.tanh([dy, dx])) / len(sure), 0.5 / (1 + np.exp([-wide, -tall]))
    boxes = np.stack([x - w, y - h, x + w, y + h], axis=2) * np.tile(frame.size[::-1], 2)
    named, scores = names[np.argmax(classes, 0)].flat, (sure**0.6 * np.max(classes, 0) ** 0.4).flat
    return add_boxes(twin, (one for one in map(Detection, named, scores, boxes.reshape(-1, 4)) if one.score > 0.5))


if __name__ == "__main__":
    os.environ["FASTESTDET"], picture, query, out = sys.argv[1:]
    write_outputs(segment(picture, query, perceivers=[perceive]), Path(out))
