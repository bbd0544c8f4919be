import contextlib
import io
import itertools
import random
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from agentseg.errors import InputError
from agentseg.frames import MAX_CLIP_PIXELS, MAX_PIXELS, Frame, FrameStore, as_frames

GREY = np.full((6, 8, 3), 127, np.uint8)


def only(source: Any) -> Frame:
    (frame,) = as_frames(source)
    return frame


def refused(source: Any) -> str:
    with pytest.raises(InputError) as caught:
        list(as_frames(source))
    message = str(caught.value)
    assert "\n" not in message
    return message


def png_with_header(width: int, height: int) -> bytes:
    """A tiny file that claims to be a large picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "source",
    [
        GREY,
        np.dstack([GREY, np.full((6, 8), 9, np.uint8)]),
        GREY[..., 0],
        np.full((6, 8, 3), 0.498, np.float32),
        np.full((6, 8), 0.498),
        Image.fromarray(GREY),
        Image.fromarray(GREY[..., 0]),
        Frame(GREY),
        [GREY],
    ],
    ids=["rgb", "rgba", "grey", "float", "float grey", "PIL", "PIL grey", "frame", "list"],
)
def test_every_kind_of_picture_becomes_the_same_frame(source: Any) -> None:
    frame = only(source)
    assert (frame.index, frame.size, frame.rgb.dtype) == (0, (6, 8), np.uint8)
    assert np.array_equal(frame.rgb, GREY)


def test_stack_and_nested_iterables_are_numbered_through() -> None:
    frames = list(as_frames([np.stack([GREY, GREY]), [Image.fromarray(GREY)], Frame(GREY, 7, 0.5)]))
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert frames[3].time_s == 0.5


def test_path_text_and_folder_are_read_by_name(tmp_path: Path) -> None:
    for name, value in (("b.png", 20), ("a.PNG", 10), ("c.webp", 30)):
        Image.fromarray(np.full((4, 4, 3), value, np.uint8)).save(tmp_path / name, lossless=True)
    (tmp_path / "notes.txt").write_text("no picture")
    assert [int(frame.rgb[0, 0, 0]) for frame in as_frames(tmp_path)] == [10, 20, 30]
    assert only(str(tmp_path / "b.png")).rgb[0, 0, 0] == 20


def test_animated_picture_gives_all_its_frames(tmp_path: Path) -> None:
    stills = [Image.fromarray(np.full((5, 5, 3), value, np.uint8)) for value in (0, 100, 200)]
    stills[0].save(tmp_path / "clip.webp", save_all=True, append_images=stills[1:], lossless=True)
    assert [int(frame.rgb[2, 2, 0]) for frame in as_frames(tmp_path / "clip.webp")] == [0, 100, 200]


def test_turned_photo_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GREY).save(tmp_path / "turned.jpg", exif=exif)
    assert only(tmp_path / "turned.jpg").size == (8, 6)


def test_endless_iterator_is_read_lazily() -> None:
    read: list[int] = []

    def camera() -> Iterator[np.ndarray]:
        for number in itertools.count():
            read.append(number)
            yield GREY

    frames = as_frames(camera())
    assert [next(frames).index for _ in range(3)] == [0, 1, 2]
    assert read == [0, 1, 2]


def test_missing_file_says_so() -> None:
    assert refused("no/such.png") == "no file 'no/such.png': check the path"
    assert "cannot be read" in refused("a" * 5000)
    assert "no file" in refused("\0")


def test_text_file_and_empty_folder_are_no_pictures(tmp_path: Path) -> None:
    assert "no picture in folder" in refused(tmp_path)
    (tmp_path / "a.png").write_text("hello")
    assert "not a picture" in refused(tmp_path / "a.png")
    (tmp_path / "empty.png").touch()
    assert "not a picture" in refused(tmp_path / "empty.png")


def test_truncated_jpeg_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "cut.jpg")
    whole = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    assert "truncated" in refused(tmp_path / "cut.jpg")


@pytest.mark.parametrize("side", [8_100, 10_000, 30_000, 2_000_000])
def test_decompression_bomb_is_refused_without_a_warning(tmp_path: Path, side: int) -> None:
    assert side * side > MAX_PIXELS
    (tmp_path / "bomb.png").write_bytes(png_with_header(side, side))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "scale it down" in refused(tmp_path / "bomb.png")


def test_broken_files_of_every_format_give_frames_or_input_errors(tmp_path: Path) -> None:
    random.seed(0)
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (12, 12, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("png", "jpeg", "webp", "bmp", "tiff", "gif"):
        memory = io.BytesIO()
        noise.save(memory, kind, **({"exif": exif} if kind in ("png", "jpeg", "webp", "tiff") else {}))
        for _ in range(60):
            data = bytearray(memory.getvalue())
            for _ in range(random.randint(1, 12)):
                data[random.randrange(len(data))] = random.randrange(256)
            (tmp_path / "x.png").write_bytes(data[: random.choice([len(data), random.randrange(1, len(data))])])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with contextlib.suppress(InputError):
                    list(as_frames(tmp_path / "x.png"))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.full((4, 4, 3), np.nan), "finite"),
        (np.full((4, 4, 3), 255.0), "divide by 255"),
        (np.full((4, 4, 3), -0.1), "0 to 1"),
        (np.zeros((4, 4, 3), np.int32), "int32"),
        (np.zeros((4, 4, 3), bool), "bool"),
        (np.zeros((4, 4, 3), object), "object"),
        (np.zeros((4, 4, 2), np.uint8), r"(4, 4, 2)"),
        (np.zeros((0, 4, 3), np.uint8), r"(0, 4, 3)"),
        (np.zeros(4, np.uint8), r"(4,)"),
        (np.zeros((1, 1, 4, 4, 3), np.uint8), r"(1, 1, 4, 4, 3)"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_array_of_another_kind_is_refused(array: np.ndarray, message: str) -> None:
    assert message in refused(array)


@pytest.mark.parametrize("source", [3, None, object(), b"png", [None], {"a": 1}])
def test_source_of_another_type_is_refused(source: Any) -> None:
    refused(source)


@pytest.mark.parametrize("rgb", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), [[1]], None])
def test_frame_checks_its_pixels(rgb: Any) -> None:
    with pytest.raises(InputError, match="uint8 array"):
        Frame(rgb)


def test_store_is_bounded_and_keeps_handles() -> None:
    store = FrameStore((Frame(GREY, index) for index in range(5)), capacity=2)
    assert len(store) == 2
    assert [frame.index for frame in store] == [3, 4]
    assert store.get("f4").index == 4
    assert store.at(3) is store.get("f3")
    assert store.at(0) is None
    with pytest.raises(InputError, match=r"no frame 'f0'; this store has \['f3', 'f4'\]"):
        store.get("f0")
    with pytest.raises(InputError, match="at least 1"):
        FrameStore(capacity=0)


def test_frame_of_an_array_stays_when_the_camera_overwrites_its_buffer() -> None:
    buffer = np.zeros((4, 6, 3), dtype=np.uint8)
    (frame,) = as_frames(buffer)
    buffer[:] = 255
    assert frame.rgb.max() == 0


def test_frames_of_a_folder_come_by_number_and_folders_in_it_are_no_pictures(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        Image.fromarray(np.full((4, 4, 3), number, np.uint8)).save(tmp_path / f"frame_{number}.png")
    (tmp_path / "frame_3.png").mkdir()
    assert [int(frame.rgb[0, 0, 0]) for frame in as_frames(tmp_path)] == [1, 2, 10]


def test_empty_path_is_refused_and_not_read_as_this_folder() -> None:
    assert "is empty" in refused("")


def test_small_file_of_many_large_frames_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    stills = [Image.new("P", (2000, 2000), number % 2) for number in range(130)]
    assert MAX_CLIP_PIXELS < 130 * 2000 * 2000
    stills[0].save(tmp_path / "bomb.gif", save_all=True, append_images=stills[1:])
    frames = as_frames(tmp_path / "bomb.gif")
    with pytest.raises(InputError, match="130 frames of 2000x2000; at most 512,000,000 pixels"):
        next(frames)


@pytest.mark.parametrize(
    ("kind", "suffix", "scale"), [(np.uint16, "png", 257), (np.int32, "tiff", 257), (np.float32, "tiff", 1 / 255)]
)
def test_deep_grey_picture_keeps_its_shades(tmp_path: Path, kind: Any, suffix: str, scale: float) -> None:
    shades = np.arange(256).reshape(16, 16)
    Image.fromarray((shades * scale).astype(kind)).save(tmp_path / f"deep.{suffix}")
    assert np.array_equal(only(tmp_path / f"deep.{suffix}").rgb, np.dstack([shades] * 3))


@pytest.mark.parametrize(
    ("kind", "value"), [(np.int32, 70_000), (np.int32, -1), (np.float32, 1.5), (np.float32, np.nan)]
)
def test_deep_grey_picture_of_an_unknown_range_is_refused(kind: Any, value: float) -> None:
    assert "save it as 8 bit" in refused(Image.fromarray(np.full((4, 4), value, kind)))


def test_frames_can_be_compared_and_kept_in_sets() -> None:
    first, second = Frame(GREY), Frame(GREY)
    assert first == first
    assert first != second
    assert len({first, second}) == 2
