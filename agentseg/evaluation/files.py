"""Other systems' answers, read from files, so that they stand in the same table.

A folder holds either or both of

* ``predictions.json``: {id: answer}, where an answer is a mask (COCO RLE), masks by frame {frame: RLE or null}, or an
  object with any of ``masks`` (either of these), ``number``, ``boxes`` [[x1, y1, x2, y2], ...], ``scores``, ``status``,
  ``reasoning_tokens`` and ``output_tokens``. Frames that it leaves out are empty;
* pictures: ``ID.png`` for a single picture, ``ID/FRAME.png`` for every annotated frame of a clip (for ReVOS and MeViS
  that is their own ``video/expression/frame.png``). Foreground is what is not 0.

FRAME is the frame's name where the dataset has names, else its position from 0. What is missing, broken or contradicts
itself is a failure that says so, and so is an answer to ``segment`` with neither masks nor a status. Pictures are read
as they are stored: their EXIF orientation is ignored. Nothing outside the folder is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from pydantic import ValidationError

from agentseg.errors import InputError
from agentseg.evaluation.datasets.fields import checked, rle_of
from agentseg.evaluation.datasets.folder import Folder
from agentseg.evaluation.datasets.indexed_json import IndexedJson
from agentseg.evaluation.prediction import Prediction
from agentseg.masks import RLE, area, encode
from agentseg.sample import Sample
from agentseg.trace import Status

JSON = "predictions.json"
STATUSES = (*get_args(Status), "error")
_ANSWER = ("masks", "number", "boxes", "scores", "status", "reasoning_tokens", "output_tokens", "error")


class FilesSystem:
    """Reads a sample's answer from a folder.

    Args:
        folder: Holds ``predictions.json``, pictures, or both; an id that the file has is not looked for in pictures.

    Raises:
        InputError: There is no such folder, nothing to read in it, or ``predictions.json`` is no JSON object.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Folder(folder, "predictions")
        path = self._folder.path(JSON, "predictions")
        self._json = IndexedJson(self._folder, path) if path.is_file() else None
        if self._json is None and next(self._folder.root.rglob("*.png"), None) is None:
            raise InputError(f"{str(folder)!r} holds no predictions: neither {JSON!r} nor ID.png or ID/FRAME.png")

    def __reduce__(self) -> tuple[type[FilesSystem], tuple[Path]]:
        """Opened again in another process."""
        return (FilesSystem, (self._folder.root,))

    def __call__(self, sample: Sample) -> Prediction:
        """The answer to a sample; a missing or broken one is a prediction of status ``error`` that says why."""
        try:
            if self._json is not None and sample.id in self._json:
                where = f"{JSON!r}[{sample.id!r}]"
                return _from_json(self._json.get(sample.id), sample, where)
            return _from_pictures(self._folder, sample, self._json is not None)
        except InputError as error:
            return Prediction.failure(str(error))


def frame_names(sample: Sample) -> tuple[str, ...]:
    """How files call the frames of a sample, by position: their names in the dataset, else 0, 1, 2, ..."""
    names = sample.extra.get("frames")
    if isinstance(names, list) and len(names) == len(sample.indices):
        return tuple(str(name) for name in names)
    if len(sample.media) == len(sample.indices) and (len(sample.media) > 1 or ":" not in sample.media[0]):
        stems = tuple(Path(name).stem for name in sample.media)
        if len(set(stems)) == len(stems):
            return stems
    return tuple(str(position) for position in range(len(sample.indices)))


def _from_json(value: Any, sample: Sample, where: str) -> Prediction:
    answer = checked(value, dict, where)
    if not answer or not set(answer) & set(_ANSWER):
        answer = {"masks": answer}
    unknown = sorted(set(answer) - set(_ANSWER))
    if unknown:
        raise InputError(f"{where}: fields are {', '.join(_ANSWER)}; found {', '.join(unknown)[:80]}")
    facts = {"status": "ok", **{name: answer[name] for name in answer if name != "masks"}}
    if facts["status"] not in STATUSES:
        raise InputError(f"{where}: field 'status' is one of {', '.join(STATUSES)}; found {facts['status']!r}")
    if facts.get("number") is not None and checked(facts["number"], int, f"{where}: field 'number'") < 0:
        raise InputError(f"{where}: field 'number' is a whole number from 0; found {facts['number']}")
    try:
        prediction = Prediction(**facts, masks=_masks(answer.get("masks"), sample, where))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the answer"
        raise InputError(f"{where}: {place}: {first['msg']}") from None
    if sample.task == "segment" and answer.get("masks") is None and "status" not in answer:
        found = ", ".join(answer)
        raise InputError(f"{where}: no_answer: a segment sample is answered with masks or a status; found {found}")
    _check_none(prediction, where)
    return prediction


def _check_none(said: Prediction, where: str) -> None:
    """Refuse an answer that says that there is no such thing, and shows one."""
    if said.status != "no_target":
        return
    shown = {"masks": any(map(area, said.masks.values())), "boxes": said.boxes, "number": said.number}
    found = [name for name, value in shown.items() if value]
    if found:
        raise InputError(f"{where}: 'no_target' says that there is no such thing; found {', '.join(found)} beside it")


def _masks(value: Any, sample: Sample, where: str) -> dict[int, RLE]:
    if value is None:
        return {}
    found = checked(value, dict, f"{where}: field 'masks'")
    if "counts" in found:
        if len(sample.indices) > 1:
            raise InputError(f"{where}: a clip of {len(sample.indices)} frames has masks by frame; found one mask")
        return {0: rle_of(found, where, sample.size)}
    places = {name: position for position, name in enumerate(frame_names(sample))}
    masks: dict[int, RLE] = {}
    for name, rle in found.items():
        if name not in places:
            raise InputError(f"{where}: no frame {name[:40]!r}; the sample's frames are {_short(list(places))}")
        if rle is not None:
            masks[places[name]] = rle_of(rle, f"{where}[{name!r}]", sample.size)
    return masks


def _from_pictures(folder: Folder, sample: Sample, has_json: bool) -> Prediction:
    names = frame_names(sample)
    wanted = sorted(sample.targets) or list(range(len(names)))
    paths = {place: folder.path(f"{sample.id}/{names[place]}.png", "prediction") for place in wanted}
    single = folder.path(f"{sample.id}.png", "prediction")
    if len(names) == 1 and single.is_file():
        paths = {0: single}
    missing = [folder.name(path) for path in paths.values() if not path.is_file()]
    if len(missing) == len(paths):
        looked = [JSON] * has_json + [folder.name(single)] * (len(names) == 1) + missing
        raise InputError(f"no prediction for sample {sample.id[:80]!r}: looked for {_short(looked)}")
    if missing:
        raise InputError(f"{len(missing)} of {len(paths)} frames have no picture (an empty answer is an all-0 one): "
                         f"no {_short(missing)}")  # fmt: skip
    if sample.task != "segment":
        raise InputError(f"a {sample.task} sample is answered in {JSON!r}; found only pictures")
    return Prediction(status="ok", masks={place: _png(folder, path, sample) for place, path in paths.items()})


def _png(folder: Folder, path: Path, sample: Sample) -> RLE:
    from PIL import Image

    folder.size(path)  # refuses what is no picture, or too large
    try:
        with Image.open(path) as image:
            values = np.asarray(image)
            bands = image.getbands()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{folder.name(path)!r} cannot be read as a picture: {str(error)[:100]}") from None
    size = values.shape[:2]
    if sample.size is not None and size != sample.size:
        raise InputError(f"{folder.name(path)!r} has the size {sample.size} of its frame; found {size}")
    colours = [place for place, band in enumerate(bands) if band != "A"]  # opaque is not foreground
    return encode(np.any(np.atleast_3d(values)[:, :, colours] != 0, axis=2))


def _short(names: Sequence[str]) -> str:
    more = f", ... ({len(names)} in all)" if len(names) > 4 else ""
    return ", ".join(repr(name) for name in names[:4]) + more
