"""The folder that a user names, and nothing outside it; every error names file and field.

Names in annotation files are data from elsewhere: an absolute one, one with ``..`` and a link that leads out of the
folder are refused before anything is opened.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from agentseg.errors import InputError
from agentseg.frames import MAX_PIXELS
from agentseg.sample import is_plain_name

_TURNED = (5, 6, 7, 8)
"""EXIF orientations that swap width and height."""


class Folder:
    """A dataset's root.

    Args:
        root: An existing folder.
        what: What it holds, for people.

    Raises:
        InputError: There is no such folder.
    """

    def __init__(self, root: str | Path, what: str = "dataset") -> None:
        self.root = Path(root).expanduser().resolve()
        if not self.root.is_dir():
            raise InputError(f"no folder {str(root)[:200]!r}: name the folder that holds the {what}")

    def path(self, name: str, where: str) -> Path:
        """Path of a name that ``where`` (a file and field) gave, existing or not, below the root.

        Raises:
            InputError: The name leads out of the folder, or its bytes are no text.
        """
        if (shown := readable(name)) != name:
            raise InputError(f"{readable(where)}: the file name '{shown[:120]}' is not UTF-8: rename the file")
        if not is_plain_name(name):
            raise InputError(f"{where}: a name below the folder, without '..', is read; found {name[:120]!r}")
        try:
            path = (self.root / name).resolve()
        except (OSError, RuntimeError) as error:  # a circle of links, a name that is too long
            raise InputError(f"{where}: {name[:120]!r} cannot be followed: {type(error).__name__}") from None
        if not path.is_relative_to(self.root):
            raise InputError(f"{where}: {name[:120]!r} is a link out of the folder: name the folder that holds both")
        return self.root / name

    def name(self, path: Path) -> str:
        """Name of a path below the root, parts divided by ``/``."""
        return path.relative_to(self.root).as_posix()

    def first(self, names: Iterable[str], what: str) -> Path:
        """First of the names that exists.

        Raises:
            InputError: None of them exists; the message lists them.
        """
        tried = list(names)
        for name in tried:
            path = self.path(name, what)
            if path.exists():
                return path
        raise InputError(f"{str(self.root)!r}: no {what}; looked for {', '.join(tried)}")

    def files(self, folder: str, suffix: str, *, strict: bool = True) -> Iterator[Path]:
        """Files of a subfolder with this suffix, by name.

        Args:
            folder: Its name, or empty for the root.
            suffix: Such as ``.png``; case does not matter.
            strict: Refuse a name that is not UTF-8 here; else ``path`` does when it is asked for.

        Raises:
            InputError: There is no such subfolder, or a file is a link out of the root.
        """
        place = self.path(folder, "split") if folder else self.root
        if not place.is_dir():
            there = sorted(child.name for child in self.root.iterdir() if child.is_dir())
            raise InputError(f"{str(self.root)!r}: no folder {folder!r}; there are {', '.join(there[:12]) or 'none'}")
        for path in sorted(place.iterdir()):
            if path.suffix.lower() == suffix:
                name = self.name(path)
                yield self.path(name, folder or "folder") if strict or readable(name) == name else path

    def text(self, path: Path) -> str:
        """Text of a file: UTF-8, else cp1252 (some ReasonSeg files).

        Raises:
            InputError: The file is missing or of neither encoding.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.name(path)!r} cannot be read: {error.strerror or error}") from None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise InputError(f"{self.name(path)!r} is neither UTF-8 nor cp1252 at byte {error.start}") from None

    def json(self, path: Path) -> Any:
        """Parsed JSON of a file.

        Raises:
            InputError: The file is missing or not JSON.
        """
        return parse(self.text(path), repr(self.name(path)))

    def size(self, source: Path | BinaryIO, name: str = "") -> tuple[int, int]:
        """(H, W) of a picture as it is shown (EXIF turned), from its header.

        Args:
            source: Path below the root, or an open stream.
            name: How errors call it; the path's own name where empty.

        Raises:
            InputError: The file is missing, no picture, or has more than ``MAX_PIXELS``.
        """
        from PIL import Image

        called = name or (repr(self.name(source)) if isinstance(source, Path) else "a picture")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                with Image.open(source) as image:
                    width, height = image.size
                    turned = image.getexif().get(0x0112) in _TURNED
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else "is not a picture that Pillow reads"
            raise InputError(f"{called} {reason}") from None
        if width * height > MAX_PIXELS:
            raise InputError(f"{called} has {width}x{height} pixels; at most {MAX_PIXELS:,} are read")
        return (width, height) if turned else (height, width)


def readable(name: str) -> str:
    """A name as text that can be written: bytes of it that are not UTF-8 as escapes."""
    return name.encode("utf8", "surrogateescape").decode("utf8", "backslashreplace") if _has_bytes(name) else name


def _has_bytes(name: str) -> bool:
    return any("\udc80" <= sign <= "\udcff" for sign in name)


def parse(text: str | bytes, where: str) -> Any:
    """Parse JSON.

    Raises:
        InputError: It is not JSON; ``where`` names the place.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON: {str(error)[:120]}") from None
