"""Reading fields of annotation records: expected against found, with the file and the field's name."""

from __future__ import annotations

from typing import Any, TypeVar

from agentseg.errors import InputError
from agentseg.frames import MAX_PIXELS
from agentseg.masks import RLE, decode, encode

T = TypeVar("T")

_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def field(record: Any, name: str, kind: type[T], where: str, default: T | None = None) -> T:
    """One field of a record.

    Args:
        record: The record, an object.
        name: The field.
        kind: str, int, float, bool, list or dict; float takes whole numbers too, and a bool is no number.
        where: The file and the place in it, for the error.
        default: What stands for a missing field; None makes it compulsory.

    Raises:
        InputError: The record is no object, the field is missing or of another kind.
    """
    if not isinstance(record, dict):
        raise InputError(f"{where}: a record is an object; found {_short(record)}")
    if name not in record:
        if default is not None:
            return default
        raise InputError(f"{where}: no field {name!r}; there are {', '.join(map(str, list(record)[:12])) or 'none'}")
    return checked(record[name], kind, f"{where}: field {name!r}")


def checked(value: Any, kind: type[T], where: str) -> T:
    """A value of a kind; see ``field``.

    Raises:
        InputError: It is of another kind.
    """
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)  # type: ignore[return-value]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InputError(f"{where} is {_WORDS[kind]}; found {_short(value)}")
    return value


def rle_of(value: Any, where: str, size: tuple[int, int] | None = None) -> RLE:
    """A stored mask as compressed RLE; compressed text and COCO's lists of runs are read.

    Args:
        value: An object with ``size`` [H, W] and ``counts``.
        where: The file and the place in it, for the error.
        size: (H, W) that it must have, or None.

    Raises:
        InputError: It is no RLE, its runs do not fill it, or it has another or an unreadable size.
    """
    sides = field(value, "size", list, where)
    if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
        raise InputError(f"{where}: field 'size' is [H, W] of two whole numbers; found {_short(sides)}")
    if sides[0] * sides[1] > MAX_PIXELS:
        raise InputError(f"{where}: field 'size' has at most {MAX_PIXELS:,} pixels; found {_short(sides)}")
    if size is not None and tuple(sides) != size:
        raise InputError(f"{where}: field 'size' is {list(size)} as its frame; found {sides}")
    try:
        mask = decode(RLE(size=sides, counts=value.get("counts")))
    except InputError as error:
        raise InputError(f"{where}: field 'counts': {error}") from None
    counts = value["counts"]
    return RLE(size=list(sides), counts=counts) if isinstance(counts, str) else encode(mask)


def _short(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
