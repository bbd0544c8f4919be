"""The training code on tiny made-up data: targets, losses, augmentation, resuming, metrics."""

import json

import numpy as np
import pytest

from agentseg.masks import box_of, encode
from agentseg.twin import Instance, Twin

torch = pytest.importorskip("torch")

from agentseg.training.perception.augment import augment, zoom  # noqa: E402
from agentseg.training.perception.losses import at_phase, focal, losses  # noqa: E402
from agentseg.training.perception.metrics import Tally, Truth  # noqa: E402
from agentseg.training.perception.net import KitchenNet, Maps, NetConfig, normalise  # noqa: E402
from agentseg.training.perception.optim import orthogonal, schedule  # noqa: E402
from agentseg.training.perception.shards import Example, Shards  # noqa: E402
from agentseg.training.perception.targets import make_targets  # noqa: E402


def example():
    """Two things (ids 1 and 2, classes 3 and 7), a fixture (id 3, class 28) on a counter (26)."""
    ids, semantic = np.zeros((240, 320), np.uint8), np.full((240, 320), 26, np.uint8)
    for key, label, rows, columns in ((1, 3, 40, 60), (2, 7, 120, 200), (3, 28, 180, 20)):
        ids[rows : rows + 40, columns : columns + 60] = key
        semantic[rows : rows + 40, columns : columns + 60] = label
    rgb = (semantic[..., None] * np.array([9, 5, 3])).astype(np.uint8)
    return Example(rgb, ids, semantic, np.full((240, 320), 1.5, np.float16))


@pytest.fixture
def shards(tmp_path):
    folder = tmp_path / "data" / "shard_000000"
    folder.mkdir(parents=True)
    one = example()
    for field in ("rgb", "ids", "semantic", "depth"):
        np.save(folder / f"{field}.npy", np.stack([getattr(one, field)] * 4))
    (tmp_path / "data" / "shard_000004").mkdir()  # one that is not finished
    return Shards(tmp_path / "data")


def test_targets_point_to_the_centres():
    targets = make_targets(example(), (0, 1), (2, 1))
    assert sorted(zip(*np.nonzero(targets.heat == 1), strict=True)) == [(3, 14, 22), (7, 34, 57)]
    row, column = 48 // 4, 72 // 4
    y, x = row * 4 + 2 + targets.offset[0, row, column] * 32, column * 4 + 1 + targets.offset[1, row, column] * 32
    assert (y, x) == pytest.approx((59.5, 89.5), abs=0.01)
    assert targets.thing[row, column] > 0
    assert targets.thing[48, 10] == 0  # a fixture has no centre
    assert np.allclose(targets.log_depth, np.log(1.5), atol=1e-3)


def test_perfect_maps_have_almost_no_loss():
    from agentseg.training.perception.batches import Batches

    class One:
        known: dict = {}

        def __len__(self):
            return 1

        def __getitem__(self, _):
            return example()

    batch = Batches(One(), 1, 0, strength=0.0).make([0], np.random.default_rng(0))
    semantic = torch.full((1, 29, 120, 160), -9.0).scatter(1, batch.semantic[:, None], 9.0)
    heat = torch.where(batch.heat >= 1, 9.0, -9.0)
    batch.phase = (0, 0)
    parts = losses(Maps(semantic, heat, batch.offset, batch.log_depth[:, None]), batch)
    assert parts["offset"] == parts["depth"] == 0
    assert parts["heat"] < 0.01
    assert parts["total"] < 0.3  # at edges the interpolated logits say both


def test_reading_at_a_phase_is_the_upsampled_picture():
    logits = torch.randn(2, 3, 5, 7)
    whole = torch.nn.functional.interpolate(logits, scale_factor=2, mode="bilinear", align_corners=False)
    for row in (0, 1):
        for column in (0, 1):
            assert torch.allclose(at_phase(logits, (row, column)), whole[:, :, row::2, column::2], atol=1e-6)


def test_focal_loss_is_least_at_the_truth():
    heat = torch.zeros(1, 2, 6, 6)
    heat[0, 1, 3, 3] = 1
    right, wrong = torch.where(heat == 1, 6.0, -6.0), torch.where(heat == 1, -6.0, 6.0)
    assert focal(right, heat) < 0.01 < 1 < focal(wrong, heat)


def test_a_zoom_moves_all_maps_alike_and_brings_things_nearer():
    one = example()
    far = zoom(one, 0.8, np.random.default_rng(0))
    near = zoom(one, 1.25, np.random.default_rng(0))
    assert (far.semantic == 255).any()
    assert np.allclose(near.depth[near.semantic != 255], 1.2, atol=1e-3)
    for seed in range(5):
        made = augment(one, np.random.default_rng(seed))
        assert made.rgb.shape == one.rgb.shape
        assert made.rgb.dtype == np.uint8
        assert set(np.unique(made.semantic[made.ids == 1])) <= {3}


def test_unfinished_shards_are_not_read(shards):
    assert len(shards) == 4
    assert len(shards.digest()) == 16


def test_training_resumes_where_it_was(tmp_path, shards, monkeypatch):
    from agentseg.training.perception import train as module
    from agentseg.training.perception.batches import Batches

    monkeypatch.setattr(module, "stream", lambda batches: Batches.__iter__(batches))
    monkeypatch.setattr(module, "_wait_for", lambda settings: shards)
    monkeypatch.setattr(module, "NetConfig", lambda: NetConfig(25, 29, 16, (16, 16, 16, 16), (1, 1, 1, 1), 16, 16))
    settings = module.Settings(tmp_path, tmp_path / "run", minutes=0.02, batch=2)
    path = module.train(settings)
    first = torch.load(path, weights_only=True)
    settings.minutes = 0.04
    module.train(settings)
    second = torch.load(path, weights_only=True)
    assert second["step"] > first["step"] > 0
    assert second["elapsed"] > first["elapsed"]


def test_the_schedule_ends_low_whatever_the_speed():
    assert schedule(0.0, 0) < 0.05
    assert schedule(0.5, 1000) == pytest.approx(0.5)
    assert schedule(1.0, 1000) == schedule(1.3, 1000) == 0.005


def test_orthogonal_updates_have_even_singular_values():
    values = torch.linalg.svdvals(orthogonal(torch.randn(16, 40), steps=5))
    assert 0.5 < values.min() <= values.max() < 1.4


def test_the_network_gives_its_maps_at_their_strides():
    net = KitchenNet(NetConfig(stem=8, stages=(8, 8, 8, 8), pyramid=8, fine=8)).eval()
    with torch.no_grad():
        maps = net(normalise(torch.zeros(1, 240, 320, 3, dtype=torch.uint8)))
    assert maps.semantic.shape == (1, 29, 120, 160)
    assert maps.heat.shape == (1, 25, 60, 80)
    assert maps.offset.shape == (1, 2, 60, 80)


def test_metrics_count_what_they_say(capsys):
    one = example()
    truth = Truth(one.ids, one.depth, {1: "kettle", 2: "bowl", 3: "sink"}, {1: "red"})

    def row(key, label, mask):
        return Instance(id=key, label=label, box=box_of(mask), depth_mean=1.2, attributes={"colour": "red"}), encode(
            mask
        )

    masks = {1: ("kettle", one.ids == 1), 2: ("plate", one.ids == 2), 3: ("sink", one.ids == 3)}
    rows = {key: row(key, label, mask) for key, (label, mask) in masks.items()}
    twin = Twin(size=(240, 320), instances=[r for r, _ in rows.values()], masks={k: m for k, (_, m) in rows.items()})
    tally = Tally(("stove", "sink"))
    tally.add(twin, truth)
    figures = tally.figures()
    assert (figures["recall"], figures["precision"], figures["recall_any_class"]) == (0.5, 0.5, 1.0)
    assert figures["depth_abs_rel"] == pytest.approx(0.2)
    assert figures["fixtures"]["sink"] == 1.0
    assert figures["colour_right"] == 1.0
    json.dumps(figures)


def test_export_runs_without_torch_and_says_what_the_network_says(tmp_path, shards):
    pytest.importorskip("onnxscript")
    onnxruntime = pytest.importorskip("onnxruntime")
    from agentseg.training.perception import export as module
    from agentseg.training.perception.quantise import Calibration, quantise

    torch.manual_seed(0)
    net = KitchenNet(NetConfig(stem=8, stages=(16, 16, 16, 16), depths=(1, 1, 1, 1), pyramid=16, fine=8)).eval()
    picture = shards[0].rgb
    with torch.no_grad():
        maps = net(normalise(torch.from_numpy(np.stack([picture]))))
    module.export_float(net, tmp_path / "float.onnx")
    quantise(tmp_path / "float.onnx", tmp_path / "int8.onnx", Calibration(shards, 4))
    module.label(tmp_path / "int8.onnx", {})
    for name, room in (("float", 1e-3), ("int8", 0.2)):
        out = onnxruntime.InferenceSession(str(tmp_path / f"{name}.onnx")).run(None, {"picture": picture[None]})
        assert np.abs(out[0] - torch.softmax(maps.semantic, 1).numpy()).max() < room
        assert np.abs(out[3] - maps.log_depth.exp().numpy()).max() < room
