"""The offline kitchen: deterministic, consistent with its truth, and as cluttered as it promises."""

from __future__ import annotations

import numpy as np
import pytest

from agentseg.errors import InputError
from agentseg.masks import decode
from agentseg.sim import CLASSES, STUFF, render_kitchen
from agentseg.sim.classes import FIXTURES, PALETTE, VOID
from agentseg.sim.layout import draw_scene
from agentseg.sim.material import PATTERNS, Material
from agentseg.sim.mesh import box, rotation
from agentseg.sim.raster import NEAR, Soup, clip_near, fragments, nearest
from agentseg.sim.scene import Pose
from agentseg.sim.surfaces import collect, to_world

SEEDS = range(950_000, 950_024)


@pytest.fixture(scope="module")
def rendered():
    return [render_kitchen(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def clip():
    return render_kitchen(1_001_000, frames=6)


def test_same_seed_gives_same_pixels_and_truth():
    (one,), first = render_kitchen(12, width=160, height=120, supersample=2)
    (two,), second = render_kitchen(12, width=160, height=120, supersample=2)
    assert np.array_equal(one.rgb, two.rgb)
    assert np.array_equal(first.depth[0], second.depth[0])
    assert first.states == second.states


def test_other_seed_gives_another_scene():
    assert not np.array_equal(render_kitchen(1)[0][0].rgb, render_kitchen(2)[0][0].rgb)


@pytest.mark.parametrize("bad", [{"frames": 0}, {"width": 0}, {"supersample": 0}, {"width": 5000}])
def test_nonsense_size_is_one_clear_error(bad):
    with pytest.raises(InputError, match="a kitchen needs"):
        render_kitchen(0, **bad)


def test_ids_classes_and_depth_agree(rendered):
    for _, truth in rendered:
        ids, semantic, depth = truth.ids[0], truth.semantic[0], truth.depth[0]
        for key, label in truth.labels.items():
            classes = np.unique(semantic[ids == key])
            assert set(classes.tolist()) <= {(CLASSES + STUFF).index(label)}
        assert np.isin(semantic[ids == 0], [25, 26, VOID]).all()
        assert ((depth == 0) == (semantic == VOID)).all()
        assert (depth[semantic != VOID] > NEAR).all()
        assert depth.max() < 5


def test_depth_of_a_thing_is_near_the_distance_of_its_centre(rendered):
    for _, truth in rendered:
        for state in truth.states[0]:
            if truth.area(0, state.id) > 200 and state.label in ("mug", "apple", "can", "orange"):
                metres = truth.depth[0][truth.ids[0] == state.id].mean()
                assert metres == pytest.approx(state.distance, rel=0.2)


def test_scenes_are_cluttered(rendered):
    counts, hidden = [], []
    for _, truth in rendered:
        things = [key for key, label in truth.labels.items() if label in CLASSES and truth.area(0, key) >= 40]
        counts.append(len(things))
        hidden += [truth.visible_fraction(0, key) < 0.95 for key in things]
    assert np.median(counts) >= 9
    assert np.mean(hidden) >= 0.30


def test_all_classes_occur():
    seen = {item.label for seed in range(30) for item in draw_scene(np.random.default_rng(seed)).items}
    assert seen == set(CLASSES)


def test_supports_refer_to_things_that_are_there(rendered):
    for _, truth in rendered:
        for state in truth.states[0]:
            links = [link for link in (state.on, state.inside, state.held_by) if link is not None]
            assert len(links) <= 1
            assert all(link in truth.labels and link != state.id for link in links)
            assert state.colour in PALETTE


def test_supersampling_shows_the_same_scene():
    _, coarse = render_kitchen(5)
    _, fine = render_kitchen(5, supersample=2)
    assert coarse.labels == fine.labels
    assert np.mean(coarse.ids[0] == fine.ids[0]) > 0.97


def test_truth_twin_has_exact_masks(rendered):
    _, truth = rendered[0]
    twin = truth.twin(0)
    assert {row.id for row in twin.instances} == set(np.unique(truth.ids[0]).tolist()) - {0}
    for row in twin.instances:
        mask = decode(twin.masks[row.id])
        assert np.array_equal(mask, truth.ids[0] == row.id)
        assert row.depth_mean == pytest.approx(float(truth.depth[0][mask].mean()), rel=1e-4)
        assert row.mask_source == "truth"
        assert ("colour" in row.attributes) == (row.label not in FIXTURES)


def test_clip_keeps_ids_and_moves_something(clip):
    frames, truth = clip
    assert [frame.index for frame in frames] == list(range(6))
    assert frames[3].time_s == pytest.approx(0.3)
    assert all([s.id for s in states] == [s.id for s in truth.states[0]] for states in truth.states)
    ways = [
        np.linalg.norm(np.subtract(a.centre, b.centre)) for a, b in zip(truth.states[0], truth.states[-1], strict=True)
    ]
    assert max(ways) > 0.1
    assert min(ways) == 0


def test_first_and_last_seen_are_causal():
    _, truth = render_kitchen(1_001_006, frames=6)
    for frame in (0, 3, 5):
        for row in truth.twin(frame).instances:
            assert row.first_seen <= row.last_seen <= frame
            assert truth.area(row.first_seen, row.id) > 0


def test_triangle_across_the_near_plane_is_cut_not_dropped():
    corners = np.array([[[0.0, 0.0, -1.0, 0.0], [1.0, 0.0, 1.0, 1.0], [-1.0, 0.0, 1.0, 1.0]]])
    cut = clip_near(Soup(corners, np.array([7])))
    assert len(cut.corners) == 2
    assert (cut.corners[:, :, 2] >= NEAR - 1e-12).all()
    assert cut.source.tolist() == [7, 7]
    # The attribute was linear in z (w = (z + 1) / 2), so it still is.
    assert np.allclose(cut.corners[:, :, 3], (cut.corners[:, :, 2] + 1) / 2)


def test_two_triangles_of_a_square_cover_each_pixel_once():
    square = np.array([[[1, 1], [9, 1], [9, 9]], [[1, 1], [9, 9], [1, 9]]], dtype=float)
    frags = fragments(square, np.ones((2, 3)), (10, 10))
    assert sorted(frags.pixel.tolist()) == [row * 10 + col for row in range(1, 9) for col in range(1, 9)]


def test_nearer_triangle_wins():
    one = np.array([[[0, 0], [20, 0], [0, 20]]], dtype=float)
    frags = fragments(np.concatenate([one, one]), np.array([[0.5] * 3, [2.0] * 3]), (8, 8))
    triangle, closeness = nearest(frags, (8, 8))
    assert set(triangle.tolist()) == {1}
    assert np.allclose(closeness, 2.0)


def test_textures_stay_on_what_moves():
    scene = draw_scene(np.random.default_rng(3))
    surfaces = collect(scene)
    moved = [Pose(item.pose.at + 0.1, rotation("z", 0.7) @ item.pose.turn) for item in scene.items]
    before, after = to_world(surfaces, [item.pose for item in scene.items]), to_world(surfaces, moved)
    items = surfaces.owner > 0
    assert np.abs(before[items, :, :3] - after[items, :, :3]).max() > 0.05
    assert np.array_equal(before[:, :, 6:], after[:, :, 6:])


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_patterns_give_colours(pattern):
    points = np.random.default_rng(0).uniform(-1, 1, (500, 3))
    colour = Material((0.2, 0.4, 0.6), (0.9, 0.8, 0.7), pattern).albedo(points)
    assert colour.shape == (500, 3)
    assert (colour >= 0).all()
    assert (colour <= 1).all()


def test_box_faces_point_outwards():
    part = box((1, 2, 3))
    middle = part.verts[part.faces].mean(axis=1) - np.array([0, 0, 1.5])
    assert (np.einsum("ij,ij->i", middle, part.normals[part.faces[:, 0]]) > 0).all()
