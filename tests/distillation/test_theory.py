"""What theory says of these losses, held as tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.distillation import (
    distillation_loss,
    hard_label_loss,
    jsd_loss,
    logit_mse_loss,
    multi_teacher_loss,
    reverse_kl_loss,
    soft_target_loss,
    symmetric_kl_loss,
    top_k_logits,
    top_k_loss,
)


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0, 20.0])
@pytest.mark.oracle("distillation_loss", against="closed form alpha T (q - p) / batch", tolerance="1e-12 absolute")
def test_the_soft_gradient_is_alpha_t_times_q_minus_p_over_the_batch(temperature: float, data: Any) -> None:
    z, t = data((6, 9), 0), data((6, 9), 1)
    soft = temperature * (softmax(z / temperature) - softmax(t / temperature)) / 6
    np.testing.assert_allclose(soft_target_loss(z, t, temperature=temperature)[1], soft, atol=1e-12)
    labels = np.arange(6)
    hard = (softmax(z) - np.eye(9)[labels]) / 6
    grad = distillation_loss(z, t, labels=labels, temperature=temperature, alpha=0.3)[1]
    np.testing.assert_allclose(grad, 0.3 * soft + 0.7 * hard, atol=1e-12)


@pytest.mark.parametrize("temperature", [1e2, 1e3, 1e4])
@pytest.mark.oracle("soft_target_loss", against="closed form of the limit T -> infinity", tolerance="10 max|z| / T")
def test_at_a_high_temperature_it_is_the_matching_of_centred_logits(temperature: float, data: Any) -> None:
    z, t = data((5, 8), 2), data((5, 8), 3)
    centred = [x - x.mean(axis=-1, keepdims=True) for x in (z, t)]
    limit, slope = logit_mse_loss(*centred)
    loss, grad = soft_target_loss(z, t, temperature=temperature)
    # The next term of the expansion is max|z| / T smaller.
    room = 10 * np.abs([z, t]).max() / temperature
    np.testing.assert_allclose(loss, limit / 2, rtol=room)
    np.testing.assert_allclose(grad, slope / 2, atol=room * np.abs(slope).max())
    if temperature == 1e4:
        raw = logit_mse_loss(z + 3, t)[0] / 2
        assert abs(raw - limit / 2) > 1, "without centring the limit is another one"


def test_the_square_of_t_keeps_the_size_of_the_gradient(data: Any) -> None:
    z, t = data((32, 10), 4), data((32, 10), 5)
    sizes = [np.abs(soft_target_loss(z, t, temperature=T)[1]).sum() for T in (100.0, 1000.0)]
    np.testing.assert_allclose(sizes[0], sizes[1], rtol=0.1)
    without = [s / T**2 for s, T in zip(sizes, (100.0, 1000.0), strict=True)]
    np.testing.assert_allclose(without[0] / without[1], 100, rtol=0.1)


LOGITS = hnp.arrays(np.float64, (3, 5), elements=st.floats(-40, 40))


@given(LOGITS, LOGITS, st.floats(0.2, 50))
def test_divergences_are_not_negative_and_zero_only_at_the_teacher(
    z: np.ndarray, t: np.ndarray, temperature: float
) -> None:
    for loss in (soft_target_loss, reverse_kl_loss, symmetric_kl_loss, jsd_loss):
        assert loss(z, t, temperature=temperature)[0] >= 0
        same, grad = loss(t, t + 7, temperature=temperature)
        assert same <= 1e-13 * temperature**2
        assert np.abs(grad).max() <= 1e-13 * temperature
    apart = np.abs(softmax(z / temperature) - softmax(t / temperature)).sum(axis=-1)
    # Pinsker: KL >= ||p - q||_1^2 / 2.
    bound = temperature**2 * np.mean(apart**2) / 2
    assert soft_target_loss(z, t, temperature=temperature)[0] >= bound - 1e-12 * temperature**2


@given(LOGITS, LOGITS)
def test_jsd_at_one_half_is_symmetric_and_at_most_ln_2(z: np.ndarray, t: np.ndarray) -> None:
    there, back = jsd_loss(z, t)[0], jsd_loss(t, z)[0]
    np.testing.assert_allclose(there, back, rtol=1e-10, atol=1e-14)
    assert there <= np.log(2) + 1e-12


@given(LOGITS, LOGITS, st.floats(0.01, 0.99))
def test_jsd_is_at_most_the_entropy_of_its_weights(z: np.ndarray, t: np.ndarray, beta: float) -> None:
    entropy = -beta * np.log(beta) - (1 - beta) * np.log(1 - beta)
    assert jsd_loss(z, t, beta=beta)[0] <= entropy + 1e-12
    np.testing.assert_allclose(jsd_loss(z, t, beta=beta)[0], jsd_loss(t, z, beta=1 - beta)[0], rtol=1e-9, atol=1e-13)


def test_jsd_lies_between_forward_and_reverse_kl(data: Any) -> None:
    z, t = data((4, 6), 6, scale=0.5), data((4, 6), 7, scale=0.5)
    np.testing.assert_allclose(jsd_loss(z, t, beta=1e-6)[0] / 1e-6, soft_target_loss(z, t)[0], rtol=1e-4)
    np.testing.assert_allclose(jsd_loss(z, t, beta=1 - 1e-6)[0] / 1e-6, reverse_kl_loss(z, t)[0], rtol=1e-4)


@pytest.mark.oracle(
    "jsd_loss", against="GKD, equation of section 2, and the swapped mixture seen in other code", tolerance="1e-12"
)
def test_jsd_follows_the_paper_where_published_code_swaps_the_mixture(data: Any) -> None:
    """GKD (and TRL): m = beta teacher + (1 - beta) student. With the weights swapped it is another divergence."""
    p, q = softmax(data((1, 6), 8, scale=0.5)), softmax(data((1, 6), 9, scale=0.5))

    def kl(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.sum(a * np.log(a / b)))

    ours = jsd_loss(np.log(q), np.log(p), beta=0.2)[0]
    m, swapped = 0.2 * p + 0.8 * q, 0.8 * p + 0.2 * q
    np.testing.assert_allclose(ours, 0.2 * kl(p, m) + 0.8 * kl(q, m), rtol=1e-12)
    assert abs(ours - (0.2 * kl(p, swapped) + 0.8 * kl(q, swapped))) > 0.1 * ours


def test_forward_kl_covers_the_modes_and_reverse_kl_picks_one() -> None:
    """The best single hump for a teacher with two: forward KL puts it between them, reverse KL on one of them."""
    place = np.arange(41) - 20
    teacher = np.logaddexp(-((place + 8) ** 2) / 4, -((place - 8) ** 2) / 4)[None]

    def hump(centre: int) -> np.ndarray:
        return -((place - centre) ** 2)[None] / 8.0

    forward = min(range(-15, 16), key=lambda c: soft_target_loss(hump(c), teacher)[0])
    reverse = min(range(-15, 16), key=lambda c: reverse_kl_loss(hump(c), teacher)[0])
    assert abs(forward) <= 1
    assert abs(abs(reverse) - 8) <= 1


def test_an_end_of_alpha_is_one_loss_alone(data: Any) -> None:
    z, t, labels = data((4, 5), 10), data((4, 5), 11), [0, 1, 2, 3]
    for alpha, (loss, grad) in ((1.0, soft_target_loss(z, t, temperature=2.5)), (0.0, hard_label_loss(z, labels))):
        both, slope = distillation_loss(z, t, labels=labels, temperature=2.5, alpha=alpha)
        np.testing.assert_allclose(both, loss, rtol=1e-14)
        np.testing.assert_allclose(slope, grad, atol=1e-15)


def test_all_classes_are_the_whole_teacher_and_fewer_overstate_it(data: Any) -> None:
    z, t = data((4, 9), 12, scale=0.5), data((4, 9), 13, scale=0.5)
    loss, grad = top_k_loss(z, *top_k_logits(t, k=9), temperature=2.0)
    np.testing.assert_allclose(loss, soft_target_loss(z, t, temperature=2.0)[0], rtol=1e-12)
    np.testing.assert_allclose(grad, soft_target_loss(z, t, temperature=2.0)[1], atol=1e-14)
    # The perfect student is pushed away from the teacher, and by the mass of the tail exactly.
    p, top = softmax(t), top_k_logits(t, k=3)
    tail = 1 - np.take_along_axis(p, top[1].astype(int), axis=-1).sum(axis=-1)
    np.testing.assert_allclose(top_k_loss(t, *top)[0], np.mean(-np.log1p(-tail)), rtol=1e-12)
    assert np.abs(top_k_loss(t, *top)[1]).max() > 1e-3


def test_many_teachers_have_the_average_gradient_and_less_than_the_average_loss(data: Any) -> None:
    z, teachers = data((3, 6), 14), [data((3, 6), s) for s in (15, 16, 17)]
    loss, grad = multi_teacher_loss(z, teachers, weights=[2, 1, 1], temperature=3.0)
    single = [soft_target_loss(z, t, temperature=3.0) for t in teachers]
    np.testing.assert_allclose(grad, 0.5 * single[0][1] + 0.25 * (single[1][1] + single[2][1]), atol=1e-13)
    assert loss < 0.5 * single[0][0] + 0.25 * (single[1][0] + single[2][0])
    np.testing.assert_allclose(multi_teacher_loss(z, teachers[:1], temperature=3.0)[0], single[0][0], rtol=1e-12)
    ignored = multi_teacher_loss(z, teachers, weights=[1, 0, 0], temperature=3.0)
    np.testing.assert_allclose(ignored[0], single[0][0], rtol=1e-12)
