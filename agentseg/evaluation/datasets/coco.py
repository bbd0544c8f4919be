"""COCO's ``instances.json``: sizes of pictures and masks of annotations, read one by one.

The file of COCO 2014 has 600,000 annotations; only the places of those that are wanted are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from agentseg.errors import InputError
from agentseg.evaluation.datasets.fields import field
from agentseg.evaluation.datasets.folder import Folder
from agentseg.evaluation.datasets.indexed_json import IndexedJson, Span
from agentseg.evaluation.datasets.polygons import coco_segmentation
from agentseg.frames import MAX_PIXELS
from agentseg.masks import RLE
from agentseg.sample import is_plain_name


class CocoImage(NamedTuple):
    """A picture of COCO.

    Attributes:
        id: Its ``image_id``.
        file: Its ``file_name``.
        size: (H, W) in pixels.
    """

    id: int
    file: str
    size: tuple[int, int]


class CocoInstances:
    """Pictures and annotations of one file.

    Args:
        folder: The dataset's folder.
        path: ``instances.json``: {``images`` [{``id``, ``file_name``, ``height``, ``width``}],
            ``annotations`` [{``id``, ``image_id``, ``segmentation``}]}.
        wanted: Ids of the annotations that will be asked for.

    Raises:
        InputError: The file is missing or broken.
    """

    def __init__(self, folder: Folder, path: Path, wanted: Iterable[int]) -> None:
        self._json = IndexedJson(folder, path, records=True)
        self._images = self._ids("images", None)
        self._annotations = self._ids("annotations", set(wanted))

    def image(self, key: int, where: str) -> CocoImage:
        """The picture with this id.

        Raises:
            InputError: There is none, or its fields are broken; ``where`` names who asked.
        """
        place = f"{self._json.name}: image {key}"
        record = self._json.at(self._span(self._images, key, "images", where))
        size = (field(record, "height", int, place), field(record, "width", int, place))
        if min(size) < 1 or size[0] * size[1] > MAX_PIXELS:
            raise InputError(f"{place}: height and width are 1 to {MAX_PIXELS:,} pixels in all; found {size}")
        file = field(record, "file_name", str, place)
        if not is_plain_name(file):
            raise InputError(f"{place}: field 'file_name' is a name below the folder; found {file[:120]!r}")
        return CocoImage(key, file, size)

    def mask(self, key: int, image: CocoImage, where: str) -> RLE:
        """The mask of an annotation of this picture.

        Raises:
            InputError: There is none, it is of another picture, or it is broken.
        """
        place = f"{self._json.name}: annotation {key}"
        record = self._json.at(self._span(self._annotations, key, "annotations", where))
        found = field(record, "image_id", int, place)
        if found != image.id:
            raise InputError(f"{place}: field 'image_id' is {image.id}, as {where} says; found {found}")
        if "segmentation" not in record:
            raise InputError(f"{place}: no field 'segmentation'")
        return coco_segmentation(record["segmentation"], image.size, f"{place}.segmentation")

    def _ids(self, key: str, wanted: set[int] | None) -> dict[int, Span]:
        out: dict[int, Span] = {}
        for number, span in enumerate(self._json.records(key)):
            found = field(self._json.at(span, f".{key}[{number}]"), "id", int, f"{self._json.name}.{key}[{number}]")
            if wanted is None or found in wanted:
                out[found] = span
        return out

    def _span(self, spans: dict[int, Span], key: int, kind: str, where: str) -> Span:
        if key not in spans:
            raise InputError(f"{where}: {self._json.name} has no {key} among its {kind}")
        return spans[key]
