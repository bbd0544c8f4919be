"""The second light of the kitchen: the truth stays, the picture does not."""

from __future__ import annotations

import numpy as np
import pytest

from agentseg.errors import InputError
from agentseg.sim import render_kitchen
from agentseg.sim.material import Material
from agentseg.sim.shade_lamps import Lamp, Lamps, draw_lamps, glow, lamp_shadow, reflect
from agentseg.sim.shade_lamps_film import draw_film

SMALL = {"width": 160, "height": 120}
BEFORE = np.array(
    [[120.05, 149.37, 194.65, 196.63], [120.30, 163.65, 165.20, 165.06], [83.77, 98.03, 111.73, 120.90]],
)


@pytest.mark.parametrize(("seed", "frames", "supersample"), [(1_000_004, 1, 2), (1_000_011, 2, 1), (1_000_020, 1, 1)])
def test_truth_is_equal_and_the_picture_is_not(seed: int, frames: int, supersample: int) -> None:
    pictures, truth = render_kitchen(seed, frames=frames, supersample=supersample, **SMALL)
    others, same = render_kitchen(seed, frames=frames, supersample=supersample, shading="lamps", **SMALL)
    assert truth.states == same.states
    assert truth.labels == same.labels
    for field in ("ids", "semantic", "depth"):
        assert np.array_equal(getattr(truth, field), getattr(same, field))
    for one, other in zip(pictures, others, strict=True):
        assert one.rgb.shape == other.rgb.shape
        assert np.abs(one.rgb.astype(int) - other.rgb).mean() > 10
        assert (one.index, one.time_s) == (other.index, other.time_s)


def test_default_light_gives_the_picture_it_gave_before_there_was_another() -> None:
    rgb = render_kitchen(7)[0][0].rgb
    assert np.array_equal(rgb, render_kitchen(7, shading="key")[0][0].rgb)
    # Means of 80x80 px of the renderer that had one light; the slack is for the last bit of other processors.
    blocks = rgb.reshape(3, 80, 4, 80, 3).mean(axis=(1, 3, 4))
    assert blocks == pytest.approx(BEFORE, abs=0.02)


def test_same_seed_gives_same_pixels_under_lamps() -> None:
    one, two = (render_kitchen(12, shading="lamps", **SMALL)[0][0].rgb for _ in range(2))
    assert np.array_equal(one, two)
    assert 40 < one.mean() < 215


def test_unknown_shading_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="no shading 'candles'; there are key, lamps"):
        render_kitchen(0, shading="candles")  # type: ignore[arg-type]


def one_lamp(at: tuple[float, float, float]) -> Lamp:
    return Lamp(np.array(at), np.ones(3), 2.0)


def counter(*xy: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Points of the counter and their normals."""
    return np.array([[x, y, 0.0] for x, y in xy]), np.tile([0.0, 0.0, 1.0], (len(xy), 1))


def test_shadow_of_a_lamp_is_hard_and_lies_on_the_line_from_lamp_to_caster() -> None:
    # A square of 20 cm, half as high as the lamp: its shadow on the counter is 40 cm wide.
    square = np.array([[-0.1, -0.1], [0.1, -0.1], [0.1, 0.1], [-0.1, 0.1]])
    corners = np.concatenate([square, np.full((4, 1), 0.5)], axis=1)[[[0, 1, 2], [0, 2, 3]]]
    shadow = lamp_shadow(corners, one_lamp((0.0, 0.0, 1.0)))
    points, normals = counter((0.0, 0.0), (0.19, 0.0), (0.21, 0.0), (-0.19, 0.19), (-0.21, 0.0), (5.0, 0.0))
    assert shadow.lit(points, normals).tolist() == [False, False, True, False, True, True]
    top = np.array([[0.0, 0.0, 0.5], [0.0, 0.0, 0.8]])
    assert shadow.lit(top, np.tile([0.0, 0.0, 1.0], (2, 1))).all()  # the caster itself, and what is above it


def test_matte_white_below_a_lamp_fades_with_the_square_of_its_distance() -> None:
    points, normals = counter((0.0, 0.0))
    eye, white, matte = np.array([0.0, 0.0, 3.0]), np.ones((1, 3)), Material((1, 1, 1), spec=0.0)
    near, far = (
        reflect(points, normals, eye, white, matte, Lamps((one_lamp((0, 0, z)),), np.zeros(3)), np.ones((1, 1), bool))
        for z in (1.0, 2.0)
    )
    assert near / far == pytest.approx(np.full((1, 3), 4.0), rel=1e-3)


def test_what_no_lamp_reaches_has_the_ambient_light_alone() -> None:
    points, normals = counter((0.0, 0.0))
    lamps = Lamps((one_lamp((0, 0, 1)),), np.array([0.1, 0.2, 0.3]))
    matte = Material((0.5, 0.5, 0.5), spec=0.0)
    out = reflect(
        points, normals, np.array([0.0, -1.0, 1.0]), np.full((1, 3), 0.5), matte, lamps, np.zeros((1, 1), bool)
    )
    assert out == pytest.approx(np.array([[0.05, 0.1, 0.15]]))


def test_lamps_are_warm_and_cool_and_the_film_balances_their_tint() -> None:
    warm, cool = glow(2700), glow(6500)
    assert warm[0] > 2 * warm[2]
    assert abs(cool[0] - cool[2]) < 0.1
    lamps = draw_lamps(np.random.default_rng(1))
    assert lamps.tint[0] > lamps.tint[1] > lamps.tint[2]
    film = draw_film(np.random.default_rng(1))
    wall = np.ones((8, 8, 3)) * lamps.tint
    plain, seen = (film.develop(wall, tint, 2, np.random.default_rng(0)) for tint in (np.ones(3), lamps.tint))
    casts = [int(np.ptp(picture.mean(axis=(0, 1)))) for picture in (plain, seen)]
    assert casts[0] > casts[1]


def test_film_meters_dark_and_bright_scenes_alike() -> None:
    film, light = draw_film(np.random.default_rng(3)), np.full((16, 16, 3), 0.02)
    dim, bright = (film.develop(k * light, np.ones(3), 1, np.random.default_rng(0)).mean() for k in (1, 50))
    assert dim == pytest.approx(bright, rel=0.1)
