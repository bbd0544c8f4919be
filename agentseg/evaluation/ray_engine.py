"""The work of a run on Ray Data (extra ``scale``): the same job, mapped over a stream of chunks.

One task of the cluster reads the dataset, so its root must be reachable under the same path on every node; actors that
hold the systems work. Nothing is collected: rows come back as they are finished.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from inspect import signature
from typing import Any

from agentseg.errors import AgentSegError, InputError, MissingExtra
from agentseg.evaluation.work import R, Reading, Work

CHUNK, ROWS = "chunk", "rows"
"""Columns of the tables that travel: a pickled chunk, and the pickled rows that it became (or an error's words)."""


def on_ray(reading: Reading, job: Work[R], workers: int) -> Generator[R, None, None]:
    """Work on the cluster that this process belongs to, or that ``RAY_ADDRESS`` names, or else on this machine.

    Args:
        reading: Must be picklable (``Entries``, a list): it is read on the cluster.
        job: Must be picklable.
        workers: How many actors; each has a processor, and a share of the graphics processors where there are any.

    Raises:
        AgentSegError: As ``Job.work`` does.
        MissingExtra: Ray is not installed.
    """
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtra("--engine ray", "ray", "scale") from None
    mine = not ray.is_initialized()
    if mine:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        yield from _stream(ray, reading, job, workers)
    finally:
        if mine:
            ray.shutdown()


def _stream(ray: Any, reading: Reading, job: Work[R], workers: int) -> Generator[R, None, None]:
    gpus = ray.cluster_resources().get("GPU", 0)
    with _streaming(ray.data):
        chunks = ray.data.read_datasource(_source(ray.data, reading), override_num_blocks=1, num_cpus=0)
        rows = chunks.map_batches(
            _Actor,
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=2),
            num_gpus=min(1.0, gpus / workers) or None,
            fn_constructor_args=(job,),
        )
        for row in rows.iter_rows():
            found = pickle.loads(row[ROWS])
            if isinstance(found, str):
                raise InputError(found)
            yield from found


@contextmanager
def _streaming(data: Any) -> Iterator[None]:
    """A stream of small tables, without bars: Ray would gather 128 MB before it hands any on."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = data.DataContext.get_current()
    before = context.target_max_block_size, context.enable_progress_bars
    context.target_max_block_size, context.enable_progress_bars = 1, False
    try:
        yield
    finally:
        context.target_max_block_size, context.enable_progress_bars = before


def _source(data: Any, reading: Reading) -> Any:
    """The chunks as a source of Ray Data; a class made here, because Ray's own is its base."""
    from ray.data.block import BlockMetadata

    class Chunks(data.Datasource):  # type: ignore[misc]
        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(self, parallelism: int, *rest: Any, **options: Any) -> list[Any]:
            unknown = BlockMetadata(**dict.fromkeys(signature(BlockMetadata).parameters))  # its fields change with Ray
            return [data.ReadTask(lambda: _tables(reading), unknown)]

    return Chunks()


def _tables(reading: Reading) -> Iterator[Any]:
    import pyarrow as pa

    try:
        for chunk in reading:
            yield pa.table({CHUNK: pa.array([pickle.dumps(chunk)], pa.binary())})
    except AgentSegError as error:
        yield pa.table({CHUNK: pa.array([pickle.dumps(str(error))], pa.binary())})


class _Actor:
    """One worker: systems of its own, and chunks as they come."""

    def __init__(self, job: Work[Any]) -> None:
        self._job = job
        self._error = ""
        try:
            self._systems = job.build()
        except AgentSegError as error:
            self._error = str(error)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[bytes]]:
        found = [self._work(pickle.loads(data)) for data in batch[CHUNK]]
        return {ROWS: [pickle.dumps(rows) for rows in found]}

    def _work(self, chunk: Any) -> list[Any] | str:
        if self._error or isinstance(chunk, str):
            return self._error or str(chunk)
        try:
            return list(self._job.work(chunk, self._systems))
        except AgentSegError as error:
            return str(error)
