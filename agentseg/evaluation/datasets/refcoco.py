"""RefCOCO, RefCOCO+, RefCOCOg and gRefCOCO: expressions for objects of COCO 2014 photos.

Layout: a folder ``refcoco``, ``refcoco+``, ``refcocog`` or ``grefcoco`` (or the root itself) with ``instances.json``
(COCO) and ``refs(unc).p`` (``refs(umd).p`` of RefCOCOg, ``grefs(unc).json`` of gRefCOCO): a list of {``ref_id``,
``ann_id``, ``image_id``, ``split``, ``sentences`` [{``sent_id``, ``sent``}]}. ``ann_id`` of gRefCOCO is a list; [-1]
says that there is no target. Photos are looked for in ``train2014`` and the folders in which releases keep it.

Every sentence is a sample. ``category`` is ``referring``, of gRefCOCO ``single``, ``multi`` or ``no_target``.

Departures:
    * Polygons of one object are OR-ed (see ``polygons``).
    * Pickles are read by ``plain_pickle``: a file that names a class is refused.

Sources: Yu et al., ECCV 2016; Mao et al., CVPR 2016; Liu et al., GRES, CVPR 2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.evaluation.datasets.coco import CocoInstances
from agentseg.evaluation.datasets.entry import Entry, base
from agentseg.evaluation.datasets.fields import checked, field
from agentseg.evaluation.datasets.folder import Folder
from agentseg.evaluation.datasets.plain_pickle import load_plain
from agentseg.masks import RLE, encode, merge, union
from agentseg.sample import Sample

REFS = {
    "refcoco": ("refs(unc).p", "refs(google).p"),
    "refcoco+": ("refs(unc).p",),
    "refcocog": ("refs(umd).p", "refs(google).p"),
    "grefcoco": ("grefs(unc).json",),
}
"""Files of references by dataset, the usual one first."""

PHOTOS = ("train2014", "images/train2014", "images/mscoco/images/train2014", "coco/train2014", "images")


def refcoco(folder: Folder, split: str, dataset: str = "refcoco") -> Iterator[Entry]:
    """Entries of one of the four datasets, in the file's order; ids are ``{ref_id}_{sent_id}``.

    Args:
        folder: Holds the dataset's folder, or is it.
        split: ``train``, ``val``, ``test``, ``testA`` or ``testB``.
        dataset: ``refcoco``, ``refcoco+``, ``refcocog`` or ``grefcoco``.

    Raises:
        InputError: A file is missing, broken or refused, or it has no such split; a sample: a field is broken.
    """
    names = [f"{place}{name}" for name in REFS[dataset] for place in (f"{dataset}/", "")]
    path = folder.first(names, f"references of {dataset}")
    where = repr(folder.name(path))
    refs = _of_split(_read(folder, path), split, where)
    wanted = {key for ref, place in refs for key in _annotations(ref, place)}
    instances = CocoInstances(folder, folder.path(folder.name(path.parent / "instances.json"), dataset), wanted)
    for ref, place in refs:
        key = field(ref, "ref_id", int, place)
        for number, sentence in enumerate(field(ref, "sentences", list, place)):
            at = f"{place}.sentences[{number}]"
            name = f"{key}_{field(sentence, 'sent_id', int, at)}"
            query = partial(field, sentence, "sent", str, at)
            yield Entry(name, partial(_sample, folder, split, dataset, name, query, ref, place, instances))


def _read(folder: Folder, path: Path) -> Any:
    return folder.json(path) if path.suffix == ".json" else load_plain(path, repr(folder.name(path)))


def _of_split(refs: Any, split: str, where: str) -> list[tuple[Any, str]]:
    places = [(ref, f"{where}[{i}]") for i, ref in enumerate(checked(refs, list, where))]
    splits = [field(ref, "split", str, place) for ref, place in places]
    if split not in splits:
        raise InputError(f"{where}: no split {split!r}; there are {', '.join(sorted(set(splits)))}")
    return [pair for pair, found in zip(places, splits, strict=True) if found == split]


def _annotations(ref: Any, where: str) -> tuple[int, ...]:
    """Ids of the annotations; none for a reference without a target."""
    found = ref.get("ann_id")
    if isinstance(found, list):
        keys = [checked(key, int, f"{where}: ann_id[{i}]") for i, key in enumerate(found)]
        return tuple(key for key in keys if key != -1)
    return (field(ref, "ann_id", int, where),)


def _sample(
    folder: Folder, split: str, dataset: str, name: str, query: Any, ref: Any, where: str, instances: CocoInstances
) -> Sample:
    image = instances.image(field(ref, "image_id", int, where), where)
    keys = _annotations(ref, where)
    masks: list[RLE] = [instances.mask(key, image, where) for key in keys]
    if dataset == "grefcoco":
        category = "no_target" if not keys else "single" if len(keys) == 1 else "multi"
    else:
        category = "referring"
    photos = [f"{place}/{image.file}" for place in PHOTOS]
    return Sample(
        **base(folder, split, dataset),
        id=name,
        query=query().strip(),
        media=(folder.name(folder.first(photos, f"photo {image.file!r}")),),
        size=image.size,
        targets={0: merge(masks, image.size) if masks else encode(union((), image.size))},
        category=category,
        extra={"image_id": ref["image_id"], "ann_id": list(keys)},
    )
