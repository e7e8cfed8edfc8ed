"""Distillation: what a student may learn from a teacher. Every loss returns ``(loss, grad_wrt_student)``.

On the logits: ``soft_target_loss`` (forward KL), ``reverse_kl_loss``, ``symmetric_kl_loss``, ``jsd_loss``,
``logit_mse_loss``, ``top_k_loss``, ``multi_teacher_loss``; with labels ``hard_label_loss``, ``distillation_loss``,
``robust_distillation_loss``. On what lies inside: ``feature_loss``, ``attention_transfer_loss``, ``relation_loss``,
``attention_relation_loss``, ``tinybert_loss``. On a batch as a whole: ``rkd_distance_loss``, ``rkd_angle_loss``.
"""

from minicompress.distillation.adversarial import fgsm_perturb, pgd_perturb, robust_distillation_loss
from minicompress.distillation.attention import attention_transfer_loss
from minicompress.distillation.combined import distillation_loss
from minicompress.distillation.features import feature_loss
from minicompress.distillation.hard_labels import hard_label_loss
from minicompress.distillation.jsd import jsd_loss
from minicompress.distillation.logit_mse import logit_mse_loss
from minicompress.distillation.multi_task import multi_task_loss
from minicompress.distillation.relations import attention_relation_loss, relation_loss
from minicompress.distillation.reverse_kl import reverse_kl_loss
from minicompress.distillation.rkd import rkd_angle_loss, rkd_distance_loss
from minicompress.distillation.soft_targets import soft_target_loss
from minicompress.distillation.symmetric_kl import symmetric_kl_loss
from minicompress.distillation.teachers import multi_teacher_loss
from minicompress.distillation.tinybert import TinyBertGradients, attention_score_loss, layer_map, tinybert_loss
from minicompress.distillation.top_k import top_k_logits, top_k_loss

__all__ = [
    "TinyBertGradients",
    "attention_relation_loss",
    "attention_score_loss",
    "attention_transfer_loss",
    "distillation_loss",
    "feature_loss",
    "fgsm_perturb",
    "hard_label_loss",
    "jsd_loss",
    "layer_map",
    "logit_mse_loss",
    "multi_task_loss",
    "multi_teacher_loss",
    "pgd_perturb",
    "relation_loss",
    "reverse_kl_loss",
    "rkd_angle_loss",
    "rkd_distance_loss",
    "robust_distillation_loss",
    "soft_target_loss",
    "symmetric_kl_loss",
    "tinybert_loss",
    "top_k_logits",
    "top_k_loss",
]
