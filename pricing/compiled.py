# ruff: noqa: ARG001, ARG005, PLW0108 -- Numba reads arguments and lambdas, it does not call them
"""The kernels' loops as machine code, by Numba where it is installed.

A loop of ``pricing.kernels`` is compiled once a machine and kept in ``__pycache__`` beside that
file, whose change makes it anew; after a change of this file remove ``__pycache__/*.nbi``. Numba is
imported as late as possible: that and reading the cache take half a second.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pricing import kernels

Loop = Callable[..., None]
_Node = Any  # a type, value or builder of the compiler

_PRIMITIVES = ("select", "horner", "to_bits", "from_bits")
# Without inlining LLVM sees a call in the loop and uses no vector instructions: eight times slower.
_INLINED = {"forceinline": True, "error_model": "numpy"}


def is_available() -> bool:
    """Whether Numba is installed."""
    return find_spec("numba") is not None


@cache
def compiled(kernel_name: str) -> Loop:
    """The loop of a kernel: result arrays first, then inputs, each one-dimensional and whole."""
    numba = import_module("numba")
    _teach()
    loop = getattr(kernels, f"{kernel_name}_loop")
    signature = numba.void(*[numba.float64[::1]] * loop.__code__.co_argcount)
    options = {"nogil": True, "error_model": "numpy"}
    try:
        made: Loop = numba.njit(signature, cache=True, **options)(loop)
    except RuntimeError:  # nowhere to keep a cache: a read-only installation without a home
        made = numba.njit(signature, **options)(loop)
    return made


@cache
def _teach() -> None:
    """Make the kernels' functions known to the compiler, the four primitives in its own terms."""
    extending = import_module("numba.extending")
    choose, chain = _chooser(), _chain()
    integer, number = _reinterpreted()
    taught = {
        "select": lambda condition, yes, no: lambda condition, yes, no: choose(condition, yes, no),
        "horner": lambda terms, value: lambda terms, value: chain(terms, value),
        "to_bits": lambda value: lambda value: integer(value),
        "from_bits": lambda bits: lambda bits: number(bits),
    }
    for name in _PRIMITIVES:
        extending.overload(getattr(kernels, name), jit_options=_INLINED)(taught[name])
    for name, function in vars(kernels).items():
        is_ours = getattr(function, "__module__", None) == kernels.__name__
        if is_ours and name not in _PRIMITIVES and not name.endswith("_loop"):
            extending.register_jitable(**_INLINED)(function)


def _chooser() -> _Node:
    """A choice without a branch."""
    types = import_module("numba.types")

    def build(context: _Node, builder: _Node, signature: _Node, given: _Node) -> _Node:
        return builder.select(*given)

    def choose(context: _Node, condition: _Node, yes: _Node, no: _Node) -> _Node:
        return types.float64(types.boolean, types.float64, types.float64), build

    return import_module("numba.extending").intrinsic(choose)


def _chain() -> _Node:
    """A polynomial written out; Numba's own loop over a tuple keeps a branch."""
    types = import_module("numba.types")

    def build(context: _Node, builder: _Node, signature: _Node, given: _Node) -> _Node:
        terms, value = given
        result = builder.extract_value(terms, 0)
        for at in range(1, signature.args[0].count):
            term = builder.extract_value(terms, at)
            result = builder.fadd(builder.fmul(result, value), term)
        return result

    def chain(context: _Node, terms: _Node, value: _Node) -> _Node:
        return types.float64(terms, types.float64), build

    return import_module("numba.extending").intrinsic(chain)


def _reinterpreted() -> tuple[_Node, _Node]:
    """A float's bits as an integer, and back."""
    types, ir = import_module("numba.types"), import_module("llvmlite.ir")
    intrinsic = import_module("numba.extending").intrinsic

    def to_integer(context: _Node, builder: _Node, signature: _Node, given: _Node) -> _Node:
        return builder.bitcast(given[0], ir.IntType(64))

    def to_number(context: _Node, builder: _Node, signature: _Node, given: _Node) -> _Node:
        return builder.bitcast(given[0], ir.DoubleType())

    def integer(context: _Node, value: _Node) -> _Node:
        return types.int64(types.float64), to_integer

    def number(context: _Node, bits: _Node) -> _Node:
        return types.float64(types.int64), to_number

    return intrinsic(integer), intrinsic(number)
