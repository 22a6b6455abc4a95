"""The path over a frame: arrays out of the market frame, decisions back into it."""

from typing import NamedTuple

import numpy as np
import polars as pl

from policy.conditions import BelowLastChange, NotEvaluated, leaves
from policy.entries import DIRECTIONS, LAYERS, SIGNERS, UNIT_LAYERS, Predicates
from policy.evaluate import outcome, truth
from policy.model import Policy
from policy.path import (
    ADD,
    AT_TARGET,
    CELL_ASKS_LESS,
    INPUT_MISSING,
    LAYERS as SIZED,
    NO,
    NO_DATA,
    NOT_PERSISTED,
    REASONS,
    ROW_UNKNOWN,
    COLUMN_UNKNOWN,
    UNKNOWN,
    YES,
    Codes,
    Ints,
    Limits,
    Market,
    Walk,
    walk,
)
