"""Pruning: which weights to keep. Every mask is boolean, True = kept; it ranks magnitudes, or any score given to it."""

from minicompress.pruning.block import block_mask
from minicompress.pruning.block_influence import block_influence
from minicompress.pruning.dynamic import cosine_fraction, rigl_step, set_step
from minicompress.pruning.hard_concrete import expected_l0, sample_gates, settled_gates
from minicompress.pruning.lottery import rewind, survivor_mask
from minicompress.pruning.magnitude import magnitude_mask
from minicompress.pruning.movement import movement_score
from minicompress.pruning.nm import nm_mask
from minicompress.pruning.obd import obd_score
from minicompress.pruning.obs import obs_score, prune_obs
from minicompress.pruning.proximal import proximal_step, soft_threshold
from minicompress.pruning.schedules import cubic_sparsity, iterative_sparsity, one_shot_sparsity
from minicompress.pruning.snip import snip_score
from minicompress.pruning.sparse_init import (
    erdos_renyi_density,
    erdos_renyi_kernel_density,
    random_mask,
    sparse_normal,
    uniform_density,
)
from minicompress.pruning.sparsegpt import prune_sparsegpt
from minicompress.pruning.structure import DependencyGroup
from minicompress.pruning.structured import channel_mask, head_mask, layer_mask
from minicompress.pruning.taylor import taylor_score
from minicompress.pruning.unstructured import global_mask, row_mask, unstructured_mask
from minicompress.pruning.wanda import input_norm, wanda_mask, wanda_score

__all__ = [
    "DependencyGroup",
    "block_influence",
    "block_mask",
    "channel_mask",
    "cosine_fraction",
    "cubic_sparsity",
    "erdos_renyi_density",
    "erdos_renyi_kernel_density",
    "expected_l0",
    "global_mask",
    "head_mask",
    "input_norm",
    "iterative_sparsity",
    "layer_mask",
    "magnitude_mask",
    "movement_score",
    "nm_mask",
    "obd_score",
    "obs_score",
    "one_shot_sparsity",
    "proximal_step",
    "prune_obs",
    "prune_sparsegpt",
    "random_mask",
    "rewind",
    "rigl_step",
    "row_mask",
    "sample_gates",
    "set_step",
    "settled_gates",
    "snip_score",
    "soft_threshold",
    "sparse_normal",
    "survivor_mask",
    "taylor_score",
    "uniform_density",
    "unstructured_mask",
    "wanda_mask",
    "wanda_score",
]
