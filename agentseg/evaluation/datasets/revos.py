"""ReVOS, MeViS and datasets in their layout: expressions for objects of clips.

Layout: ``meta_expressions_{split}_.json`` (ReVOS), ``meta_expressions_{split}.json`` or
``{split}/meta_expressions.json`` (MeViS): {``videos``: {video: {``frames`` [name, ...], ``expressions`` {number:
{``exp``, ``obj_id`` [...], ``anno_id`` [...], ``type_id``}}}}}; ``mask_dict.json`` beside it {anno_id: [RLE or null per
frame]}; frames in ``JPEGImages/{video}/{name}.jpg`` beside it, or ``{video}/{name}.jpg``.

``category`` is ``referring`` or ``reasoning`` by ``type_id`` 0 or 1, unless an expression says ``category`` itself. An
expression without ``anno_id`` (the hidden split of MeViS) has no truth; with an empty one it has no target.

JiTBench and RVTBench are read in this layout, plus a whole number ``level`` from 1 in every expression (and
``category`` semantic, spatial or temporal): their own field names could not be read when this was written (no download
of JiTBench was found; RVTBench is Zenodo 10.5281/zenodo.19697191), so their releases must be brought to it first.

Sources: Yan et al., VISA, ECCV 2024 (ReVOS); Ding et al., MeViS, ICCV 2023; Shen et al., RVTBench; FastReasonSeg.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from agentseg.errors import InputError
from agentseg.evaluation.datasets.entry import Entry, base
from agentseg.evaluation.datasets.fields import checked, field, rle_of
from agentseg.evaluation.datasets.folder import Folder
from agentseg.evaluation.datasets.indexed_json import IndexedJson
from agentseg.masks import RLE, encode, merge, union
from agentseg.sample import Sample

WITH_LEVELS = ("jitbench", "rvtbench")
"""Datasets whose expressions must have a ``level``."""

LICENCES = {"mevis": "CC BY-NC-SA 4.0"}


class _Clip(NamedTuple):
    """A video of the file: where it is, its name, its frames' names, and what errors call it."""

    folder: Folder
    place: str
    video: str
    frames: list[str]
    where: str


def revos(folder: Folder, split: str, dataset: str = "revos") -> Iterator[Entry]:
    """Entries in the file's order; ids are ``{video}/{number of the expression}``, as predictions are filed.

    Args:
        folder: Holds the annotation files.
        split: Part of the file's name, or the subfolder.
        dataset: ``revos``, ``mevis``, ``jitbench`` or ``rvtbench``.

    Raises:
        InputError: The expressions are missing or broken; a sample: a field is broken or its masks are missing.
    """
    names = [f"meta_expressions_{split}{end}" for end in ("_.json", ".json")]
    path = folder.first([*names, f"{split}/meta_expressions.json"], f"expressions of split {split!r}")
    where = repr(folder.name(path))
    place = folder.name(path.parent) + "/" if path.parent != folder.root else ""
    masks = _Masks(folder, path.parent / "mask_dict.json")
    for video, record in field(folder.json(path), "videos", dict, where).items():
        at = f"{where}.videos[{video!r}]"
        frames = [checked(name, str, f"{at}.frames[{i}]") for i, name in enumerate(field(record, "frames", list, at))]
        clip = _Clip(folder, place, video, frames, at)
        for key, expression in field(record, "expressions", dict, at).items():
            here = f"{at}.expressions[{key!r}]"
            shared = base(folder, split, dataset)
            yield Entry(f"{video}/{key}", partial(_sample, clip, masks, shared, f"{video}/{key}", expression, here))


class _Masks:
    """``mask_dict.json``, opened when the first mask is asked for."""

    def __init__(self, folder: Folder, path: Path) -> None:
        self._folder, self._path = folder, path
        self._json: IndexedJson | None = None

    def of(self, key: str, frames: int, where: str) -> list[RLE | None]:
        """Masks of one annotation by frame."""
        if self._json is None:
            name = self._folder.name(self._path)
            self._json = IndexedJson(self._folder, self._folder.path(name, where))
        if key not in self._json:
            raise InputError(f"{where}: field 'anno_id' names {key!r}, which {self._json.name} has not")
        at = f"{self._json.name}[{key!r}]"
        found = checked(self._json.get(key), list, at)
        if len(found) != frames:
            raise InputError(f"{at} has a mask or null for each of {frames} frames; found {len(found)}")
        return [None if rle is None else rle_of(rle, f"{at}[{i}]") for i, rle in enumerate(found)]


def _sample(clip: _Clip, masks: _Masks, shared: dict[str, Any], key: str, record: Any, where: str) -> Sample:
    if not clip.frames:
        raise InputError(f"{clip.where}: field 'frames' has at least one name; found []")
    media = _media(clip)
    truth = "anno_id" in checked(record, dict, where)
    keys = [str(checked(one, int, f"{where}.anno_id[{i}]")) if not isinstance(one, str) else one
            for i, one in enumerate(field(record, "anno_id", list, where, []))]  # fmt: skip
    columns = [masks.of(one, len(clip.frames), where) for one in keys]
    size = _size(clip, columns, media[0]) if truth else None
    targets: dict[int, RLE] = {}
    if size is not None:
        for position in range(len(clip.frames)):
            found = [rle for column in columns if (rle := column[position]) is not None]
            targets[position] = _joined(found, size, f"{where}, frame {position}")
    level = field(record, "level", int, where) if shared["dataset"] in WITH_LEVELS or "level" in record else None
    if level is not None and level < 1:
        raise InputError(f"{where}: field 'level' is a whole number from 1; found {level}")
    return Sample(
        **shared,
        id=key,
        query=field(record, "exp", str, where).strip(),
        media=media,
        indices=tuple(range(len(clip.frames))),
        size=size,
        targets=targets,
        level=level,
        category=_category(record, where),
        licence=LICENCES.get(shared["dataset"], "unstated"),
        extra={"frames": list(clip.frames), "obj_id": record.get("obj_id", []), "anno_id": list(keys)},
    )


def _media(clip: _Clip) -> tuple[str, ...]:
    """Paths of the frames; the first one decides which of the two layouts it is."""
    starts = (f"{clip.place}JPEGImages/{clip.video}", f"{clip.place}{clip.video}")
    names = [f"{start}/{clip.frames[0]}.jpg" for start in starts]
    first = clip.folder.name(clip.folder.first(names, f"first frame of {clip.video!r}"))
    start = starts[names.index(first)]
    paths = [clip.folder.path(f"{start}/{name}.jpg", f"{clip.where}.frames") for name in clip.frames]
    return tuple(clip.folder.name(path) for path in paths)


def _size(clip: _Clip, columns: list[list[RLE | None]], first: str) -> tuple[int, int]:
    for column in columns:
        for rle in column:
            if rle is not None:
                return (rle["size"][0], rle["size"][1])
    return clip.folder.size(clip.folder.root / first)


def _joined(rles: list[RLE], size: tuple[int, int], where: str) -> RLE:
    try:
        if len(rles) == 1 and tuple(rles[0]["size"]) == size:
            return rles[0]
        return merge(rles, size) if rles else encode(union((), size))
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _category(record: dict[str, Any], where: str) -> str:
    if "category" in record:
        return field(record, "category", str, where)
    if "type_id" not in record:
        return ""
    kind = field(record, "type_id", int, where)
    if kind not in (0, 1):
        raise InputError(f"{where}: field 'type_id' is 0 (referring) or 1 (reasoning); found {kind}")
    return "reasoning" if kind else "referring"
