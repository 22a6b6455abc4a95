"""How kernels run over arrays: in blocks that stay in the cache, compiled where that pays.

Few values go through NumPy. Many go through the same arithmetic compiled, on all cores, with the
same bits; where Numba is not installed, through NumPy too.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pricing import compiled

Floats = NDArray[np.float64]
Kernel = Callable[..., Any]

_PLAIN_BLOCK = 4_096
_COMPILED_BLOCK = 65_536
COMPILED_FROM = 200_000  # NumPy is through with fewer before Numba is imported


def evaluate(kernel: Kernel, outputs: int, inputs: Sequence[ArrayLike]) -> list[Floats]:
    """A kernel over the broadcast of its inputs.

    Args:
        kernel: a function of ``pricing.kernels`` that has a loop beside it.
        outputs: how many values it returns.
        inputs: arrays or numbers that broadcast against each other.

    Returns:
        One array per output, of the broadcast shape; NaN where the kernel has no answer.
    """
    arrays = np.broadcast_arrays(*(np.asarray(item, dtype=np.float64) for item in inputs))
    shape, size = arrays[0].shape, arrays[0].size
    flat = [_flat(array) for array in arrays]
    result = np.empty((outputs, size))
    if size >= COMPILED_FROM and compiled.is_available():
        _run_compiled(compiled.compiled(kernel.__name__), result, flat)
    else:
        _run_plain(kernel, result, flat)
    return [row.reshape(shape) for row in result]


def _flat(array: Floats) -> Floats:
    """One dimension; one number repeated stays one number in memory."""
    if array.size and not any(array.strides):
        return np.broadcast_to(array[(0,) * array.ndim], (array.size,))
    return array.reshape(-1)


def _run_plain(kernel: Kernel, result: Floats, inputs: Sequence[Floats]) -> None:
    with np.errstate(all="ignore"):  # kernels compute both sides of every choice
        for start in range(0, result.shape[1], _PLAIN_BLOCK):
            part = slice(start, start + _PLAIN_BLOCK)
            found = kernel(*(array[part] for array in inputs))
            result[:, part] = found


def _run_compiled(loop: compiled.Loop, result: Floats, inputs: Sequence[Floats]) -> None:
    """Blocks on as many threads as there are cores; compiled loops let go of the interpreter."""

    def run(start: int) -> None:
        part = slice(start, start + _COMPILED_BLOCK)
        # A compiled loop takes no array that may not be written, though it only reads it.
        whole = (np.require(array[part], requirements=["C", "W"]) for array in inputs)
        loop(*result[:, part], *whole)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(run, range(0, result.shape[1], _COMPILED_BLOCK)):
            pass
