"""Grader of grouped_query_attention. Oracles: torch (frozen), and sums over single numbers in plain Python."""

import math

import numpy as np
import pytest

Q = [[[1.0, 0.5], [-0.5, 2.0]], [[0.25, -1.0], [1.5, 1.0]], [[-1.0, 0.0], [0.5, 0.5]], [[2.0, -0.5], [0.0, 1.0]]]
K = [[[0.5, -1.0], [1.0, 1.0], [-1.0, 0.5]], [[0.0, 2.0], [1.5, -0.5], [0.5, 1.0]]]
V = [[[1.0, 2.0], [3.0, -1.0], [0.0, 4.0]], [[-2.0, 1.0], [5.0, 0.0], [1.0, -3.0]]]
# torch.nn.functional.scaled_dot_product_attention(q, k, v, enable_gqa=True, attn_mask=ones(2, 3).tril(1)), float64,
# torch 2.13.0; the same without a mask.
CAUSAL = [
    [[2.485633369546386, -0.2284500543195789], [1.482967031598322, 1.517032968401678]],
    [[1.4197015242712354, 1.3704477135931472], [2.56110301828972, -0.30736026932925253]],
    [[-0.19971679341235077, 0.742816684773193], [0.9247109071832186, -0.595987420509995]],
    [[4.669660655952002, 0.04719133486399962], [-0.39269702899593045, -0.2880220724460621]],
]
FULL = [
    [[2.1589245716672596, 0.3273325687592168], [1.482967031598322, 1.517032968401678]],
    [[1.173451774965361, 1.8265482250346394], [2.56110301828972, -0.30736026932925253]],
    [[0.21154120995144296, -0.5402055461304817], [0.9247109071832186, -0.595987420509995]],
    [[4.229477531089209, -0.31832535171564447], [-0.39269702899593045, -0.2880220724460621]],
]


def plain(q, k, v, *, causal=True, kv_of=None, offset=None, scale=None, mask=None):
    heads, n_q, d = q.shape
    kv, n_k, d_v = v.shape
    offset = n_k - n_q if offset is None else offset
    out = np.zeros((heads, n_q, d_v))
    for h, i in np.ndindex(heads, n_q):
        c = h // (heads // kv) if kv_of is None else kv_of(h)
        seen = [j for j in range(n_k) if not causal or j <= offset + i] or [0]
        scores = [math.fsum(q[h, i] * k[c, j]) * (1 / math.sqrt(d) if scale is None else scale) for j in seen]
        top = max(scores)
        weights = [math.exp(s - top) for s in scores]
        for e in range(d_v):
            parts = [w * v[c, j, e] for w, j in zip(weights, seen, strict=True)]
            out[h, i, e] = math.fsum(parts) / math.fsum(weights)
    return out


def mistakes(q, k, v, causal):
    q, k, v = (a.astype(np.float64) for a in (q, k, v))
    heads, n_q, d = q.shape
    kv, n_k, d_v = v.shape
    return {
        "the KV heads were repeated in turn, 0, 1, 0, 1 (tile); neighbours (相邻) share one, 0, 0, 1, 1": (
            lambda: plain(q, k, v, causal=causal, kv_of=lambda h: h % kv)
        ),
        "all query heads used KV head 0": lambda: plain(q, k, v, causal=causal, kv_of=lambda h: 0),
        "the scores were not divided by sqrt(d)": lambda: plain(q, k, v, causal=causal, scale=1.0),
        "the scores were divided by d; by sqrt(d)": lambda: plain(q, k, v, causal=causal, scale=1 / d),
        "the mask is missing: queries see keys that come later": lambda: plain(q, k, v, causal=False),
        "queries see everything but the future even with causal=False": lambda: plain(q, k, v, causal=True),
        "the mask starts at the first key; the queries stand behind the cache, at n_k - n_q + i": lambda: plain(
            q, k, v, causal=causal, offset=0
        ),
        "a query does not see its own position; it does": lambda: plain(
            q, k, v, causal=causal, offset=max(0, n_k - n_q - 1)
        ),
        "sqrt of the length of v; of the queries": lambda: plain(q, k, v, causal=causal, scale=1 / math.sqrt(d_v)),
        "the axes of heads and queries are exchanged": lambda: plain(q, k, v, causal=causal).swapaxes(0, 1),
        "the heads were joined, (n_q, heads * d_v); (heads, n_q, d_v) is asked for": lambda: (
            plain(q, k, v, causal=causal).swapaxes(0, 1).reshape(n_q, -1)
        ),
        "the softmax is taken over the queries; over the keys": lambda: softmax_over_queries(q, k, v, causal),
        "masked scores were set to 0, which still has weight exp(0); set them to -inf": lambda: zero_mask(
            q, k, v, causal
        ),
        "the mask was applied after the softmax: the weights no longer add up to 1": lambda: late_mask(q, k, v, causal),
    }


def tables(q, k, v, causal):
    repeat = len(q) // len(k)
    k, v = k.repeat(repeat, 0), v.repeat(repeat, 0)
    scores = q @ k.swapaxes(1, 2) / math.sqrt(q.shape[2])
    n_q, n_k = scores.shape[1:]
    seen = np.tri(n_q, n_k, n_k - n_q, bool) if causal else np.ones((n_q, n_k), bool)
    return scores, seen, v


def soft(scores, axis=-1):
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def softmax_over_queries(q, k, v, causal):
    scores, seen, v = tables(q, k, v, causal)
    return soft(np.where(seen, scores, -1e300), axis=1) @ v


def zero_mask(q, k, v, causal):
    scores, seen, v = tables(q, k, v, causal)
    return soft(scores * seen) @ v


def late_mask(q, k, v, causal):
    scores, seen, v = tables(q, k, v, causal)
    return (soft(scores) * seen) @ v


def holds(exercise, q, k, v, causal=True):
    expected, known = plain(*(a.astype(np.float64) for a in (q, k, v)), causal=causal), mistakes(q, k, v, causal)
    exercise(q, k, v, causal=causal).close_to(expected, rtol=1e-5, atol=1e-6, known=known)


def inputs(seed, heads=4, kv_heads=2, n_q=3, n_k=5, d=4, d_v=4, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shapes = ((heads, n_q, d), (kv_heads, n_k, d), (kv_heads, n_k, d_v))
    return tuple(rng.normal(0, 1.5, s).astype(dtype) for s in shapes)


@pytest.mark.parametrize(("causal", "expected"), [(True, CAUSAL), (False, FULL)])
def test_agrees_with_torch(exercise, causal, expected):
    q, k, v = np.array(Q), np.array(K), np.array(V)
    answer = exercise(q, k, v, causal=causal)
    answer.close_to(np.array(expected), rtol=1e-5, atol=1e-6, known=mistakes(q, k, v, causal))


@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 1), (6, 2), (6, 3), (1, 1)])
@pytest.mark.parametrize("causal", [True, False])
def test_groups(exercise, heads, kv_heads, causal):
    holds(exercise, *inputs(heads, heads, kv_heads), causal)


@pytest.mark.parametrize(("n_q", "n_k"), [(1, 1), (1, 6), (5, 5), (4, 5), (2, 7)])
def test_cache(exercise, n_q, n_k):
    holds(exercise, *inputs(20, n_q=n_q, n_k=n_k))


def test_more_queries_than_keys_without_mask(exercise):
    holds(exercise, *inputs(21, n_q=6, n_k=2), causal=False)


def test_widths_of_their_own(exercise):
    holds(exercise, *inputs(22, d=3, d_v=5))
    holds(exercise, *inputs(23, d=1, d_v=1))


def test_causal_by_default(exercise):
    q, k, v = inputs(24)
    answer = exercise(q, k, v)
    answer.close_to(plain(q, k, v), rtol=1e-5, atol=1e-6, known=mistakes(q, k, v, True))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_large_scores(exercise, sign):
    q, k, v = inputs(25)
    q, k = q * 300.0 * sign, k * 100.0
    answer = exercise(q, k, v, causal=True).has(shape=(4, 3, 4), dtype="float")
    told = "NaN or infinity: exp overflows; subtract the largest score of each query first"
    answer.check(bool(np.isfinite(answer.value).all()), told)
    holds(exercise, q, k, v)


def test_float32_in_fortran_order(exercise):
    holds(exercise, *(np.asfortranarray(a) for a in inputs(26, dtype=np.float32)))


@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 3), (2, 4), (5, 2)])
def test_refuses_heads(exercise, heads, kv_heads):
    because = f"{kv_heads} KV heads do not divide {heads} heads"
    exercise.raises(ValueError, *inputs(27, heads, kv_heads), because=because)


def test_refuses_more_queries_than_keys(exercise):
    exercise.raises(ValueError, *inputs(28, n_q=6, n_k=5), because="6 queries are more than 5 keys")


@pytest.mark.parametrize("change", [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)])
def test_refuses_shapes(exercise, change):
    which, axis = change
    arrays = list(inputs(29))
    arrays[which] = arrays[which].take([0], axis=axis)
    exercise.raises(ValueError, *arrays, causal=False, because="the shapes of q, k and v do not fit")
