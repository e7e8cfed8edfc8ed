"""Training that needs data, models and algorithms together; long runs are commands (``__main__``).

Everything here works with ``nn.fit`` and any optimizer:

- rounded: ``quantization_aware`` (straight-through, LSQ, PACT), and ``finish()`` for ``compress``
- sparse: ``sparse_training`` keeps masks; ``gradual_pruning``, ``regrowth`` change them; ``hard_concrete_gates``,
  ``l1_shrinkage`` find zeros by a penalty, ``lottery_rounds`` by rewinding
- distilled: ``distil`` with ``FeatureMatch``; for language models ``sequence_level_batches``, ``OnPolicy``
"""

from minicompress.training.distilled import Distillation, distil
from minicompress.training.features import FeatureMatch, projection
from minicompress.training.gates import HardConcreteGates, hard_concrete_gates
from minicompress.training.gradual import GradualPruning, gradual_pruning
from minicompress.training.lottery import lottery_round, lottery_rounds
from minicompress.training.quantization_aware import QuantizationAware, quantization_aware
from minicompress.training.regrowth import Regrowth, regrowth
from minicompress.training.sequences import (
    IGNORE,
    OnPolicy,
    next_tokens,
    on_policy_step,
    sampler,
    sequence_level_batches,
)
from minicompress.training.shrinkage import l1_shrinkage
from minicompress.training.sparse import SparseTraining, random_masks, sparse_training

__all__ = [
    "IGNORE",
    "Distillation",
    "FeatureMatch",
    "GradualPruning",
    "HardConcreteGates",
    "OnPolicy",
    "QuantizationAware",
    "Regrowth",
    "SparseTraining",
    "distil",
    "gradual_pruning",
    "hard_concrete_gates",
    "l1_shrinkage",
    "lottery_round",
    "lottery_rounds",
    "next_tokens",
    "on_policy_step",
    "projection",
    "quantization_aware",
    "random_masks",
    "regrowth",
    "sampler",
    "sequence_level_batches",
    "sparse_training",
]
