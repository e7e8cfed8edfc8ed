"""Encoders as ONNX files: ONNX Runtime computes what we do, from the same codes.

With float inputs the two differ by the order of float sums alone: 1e-5 on vectors. With rounded inputs an activation
that lies on the edge between two integers may fall on either side, as it may between this library's own two backends:
then a text moves by up to a hundredth, and all other texts agree to 1e-5.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from minicompress import files
from minicompress.files.folder import save_folder
from minicompress.files.onnx_weights import OnnxOptions, OnnxWeights, matmul_block, nbits_arrays
from minicompress.models import BertConfig, BertEncoder, find_pretrained
from minicompress.models.bert.encoder import pad
from minicompress.models.bert.weights import BertWeights
from minicompress.pipeline import Recipe
from minicompress.pipeline.folder import compress_encoder, compress_folder, encoder_recipe
from minicompress.pipeline.recipe import Rule
from minicompress.quantization import quantize_rtn
from minicompress.tensors import DenseTensor, EntropyCodedTensor, LowRankMatrix, QuantizedTensor
from tests.models import bert_folders

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

ORACLE = pytest.mark.oracle(
    "save_onnx", against="onnxruntime", tolerance="1e-5 (where inputs are rounded: 9 texts of 10)"
)
CONFIG = BertConfig.from_json(bert_folders.CONFIG)
IDS = np.random.default_rng(0).integers(0, 40, (5, 13))
REAL = np.arange(13) < np.array([[13], [1], [5], [8], [13]])


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def vectors(path, ids=IDS, real=REAL):
    return session(path).run(None, {"ids": ids, "mask": real.astype(np.int64)})[0]


def ours(encoder, ids=IDS, real=REAL):
    return encoder.pool(encoder.forward(ids, real), real)


def encoder_of(*rules, config=CONFIG):
    """A small encoder whose matrices are compressed by ``rules``; without any, the float one."""
    weights = bert_folders.weights()
    if not rules:
        return BertEncoder(config, BertWeights.of(weights, config))
    model = compress_encoder(weights, Recipe("made", rules)).model
    bits = {n: r.activation_bits for n, r in model.records.items() if r.activation_bits}
    return BertEncoder(config, BertWeights.of(model.tensors, config, bits))


def rtn(bits, pattern="*", activation_bits=None, **options):
    return Rule(pattern, "rtn", {"bits": bits, **options}, activation_bits=activation_bits)


# ---- whole encoders --------------------------------------------------------------------------------------------------


@ORACLE
@pytest.mark.parametrize(
    "changes",
    [{}, {"pooling": "cls"}, {"normalize": False}, {"hidden_act": "relu"}, {"layer_norm_eps": 0.1}],
    ids=lambda changes: " ".join(changes) or "as it is",
)
def test_a_float_encoder_gives_the_same_vectors(tmp_path, changes):
    encoder = encoder_of(config=dataclasses.replace(CONFIG, **changes))
    made = files.save_onnx(encoder, tmp_path / "m.onnx")
    assert made.nbytes == (tmp_path / "m.onnx").stat().st_size
    assert set(made.matrices.values()) == {"float32", "float32, its first row"}
    np.testing.assert_allclose(vectors(tmp_path / "m.onnx"), ours(encoder), atol=1e-5)


def test_any_batch_and_length_go_through_one_file(tmp_path):
    encoder = encoder_of(rtn(4, group_size=16))
    files.save_onnx(encoder, tmp_path / "m.onnx")
    run = session(tmp_path / "m.onnx")
    for batch, length in ((1, 1), (3, 2), (2, 24)):
        ids = np.random.default_rng(1).integers(0, 40, (batch, length))
        real = np.ones((batch, length), bool)
        found = run.run(None, {"ids": ids, "mask": real.astype(np.int64)})[0]
        np.testing.assert_allclose(found, ours(encoder, ids, real), atol=1e-5)
    onnx.checker.check_model(onnx.load(tmp_path / "m.onnx"))


WEIGHT_ONLY = {
    "int8 rows": ((rtn(8),), "DequantizeLinear, 8-bit codes, a scale for each row"),
    "int8 rows, zero points": ((rtn(8, symmetric=False),), "DequantizeLinear, 8-bit codes, a scale for each row"),
    "int6 rows": ((rtn(6),), "DequantizeLinear, 8-bit codes, a scale for each row"),
    "int8 groups": ((rtn(8, group_size=16),), "MatMulNBits, 8-bit codes, blocks of 16"),
    "int8 groups of 8": ((rtn(8, group_size=8, symmetric=False),), "DequantizeLinear, 8-bit codes, groups of 8"),
    "int4 groups": ((rtn(4, group_size=16),), "MatMulNBits, 4-bit codes, blocks of 16"),
    "int4 groups, zero points": ((rtn(4, group_size=16, symmetric=False),), "MatMulNBits, 4-bit codes, blocks of 16"),
    "int4 groups, half": ((rtn(4, group_size=16, scale_dtype="float16"),), "MatMulNBits, 4-bit codes, blocks of 16"),
    "int4 rows": ((rtn(4),), "MatMulNBits, 4-bit codes, blocks of 32"),
    "int3 groups": ((rtn(3, group_size=16, symmetric=False),), "MatMulNBits, 4-bit codes, blocks of 16"),
    "int2 groups": ((rtn(2, group_size=16),), "MatMulNBits, 2-bit codes, blocks of 16"),
    "sparse": ((Rule("*", "magnitude", {"sparsity": 0.5}),), "float32, decoded from csr"),
}


@ORACLE
@pytest.mark.parametrize("case", WEIGHT_ONLY)
def test_with_float_inputs_the_vectors_are_ours(tmp_path, case):
    rules, form = WEIGHT_ONLY[case]
    encoder = encoder_of(*rules)
    made = files.save_onnx(encoder, tmp_path / "m.onnx")
    assert made.matrices["encoder.layer.0.attention.self.query.weight"] == form
    assert made.matrices.keys() == encoder.weights.matrices.keys()
    np.testing.assert_allclose(vectors(tmp_path / "m.onnx"), ours(encoder), atol=1e-5)


ROUNDED = {
    "int8 rows": (rtn(8, activation_bits=8), "MatMulInteger, 8-bit codes, inputs rounded to 8 bits"),
    "int8 rows, zero points": (
        rtn(8, activation_bits=8, symmetric=False),
        "MatMulInteger, 8-bit codes, inputs rounded to 8 bits",
    ),
    "int4 groups": (
        rtn(4, activation_bits=8, group_size=16),
        "MatMulNBits, 4-bit codes, blocks of 16, inputs rounded to 8 bits",
    ),
    "sparse": (
        Rule("*", "magnitude", {"sparsity": 0.5}, activation_bits=8),
        "float32, decoded from csr, inputs rounded to 8 bits",
    ),
}


@ORACLE
@pytest.mark.parametrize("unsigned", [False, True])
@pytest.mark.parametrize("case", ROUNDED)
def test_with_rounded_inputs_the_vectors_are_ours_but_for_ties(tmp_path, case, unsigned):
    rule, form = ROUNDED[case]
    encoder, ids = encoder_of(rule), np.random.default_rng(0).integers(0, 40, (40, 13))
    real = np.tile(REAL, (8, 1))
    made = files.save_onnx(encoder, tmp_path / "m.onnx", avoid_saturation=unsigned)
    assert made.matrices["encoder.layer.1.output.dense.weight"] == form
    found, want = vectors(tmp_path / "m.onnx", ids, real), ours(encoder, ids, real)
    distance = np.abs(found - want).max(axis=1)
    near = np.argsort(distance)[:36]
    np.testing.assert_allclose(found[near], want[near], atol=1e-5)
    assert distance.max() < 0.02
    exact = encoder_of(Rule("*", rule.method, rule.options))
    assert np.median(np.abs(found - ours(exact, ids, real)).max(axis=1)) > 1e-3  # inputs left in float are further away


# ---- one product, one table ------------------------------------------------------------------------------------------


def product(tmp_path, tensor, x, activation_bits=None, **options):
    """(vectors (n, in) through the nodes that hold ``tensor``, in what form)."""
    graph = files.onnx_graph.Graph(onnx)
    written = OnnxWeights(graph, OnnxOptions(**options))
    table = graph.constant(x)
    rows = graph.node("Gather", table, "ids")
    out = written.linear(rows, "w", tensor, np.zeros(tensor.out_features, np.float32), activation_bits)
    graph.node("ReduceSum", out, graph.shared([1], np.int64), keepdims=0, out="y")
    graph.save(tmp_path / "p.onnx", inputs=["ids"], output="y", width=tensor.out_features)
    return session(tmp_path / "p.onnx").run(None, {"ids": np.arange(len(x))[:, None]})[0], written.held["w"]


def random_tensor(bits, columns, groups, *, zeros, rows=24, rng=None, **rest):
    rng = rng or np.random.default_rng(bits)
    codes = rng.integers(0, 2**bits, (rows, columns)).astype(np.uint8)
    scale = rng.uniform(0.5, 1.5, (rows, groups)).astype(np.float32)
    zero_point = rng.integers(0, 2**bits, (rows, groups)).astype(np.uint8) if zeros else None
    return QuantizedTensor.from_codes(codes, scale, zero_point, bits=bits, **rest)


CELLS = [
    (bits, columns, groups, zeros)
    for bits, (columns, groups), zeros in itertools.product(
        range(1, 9), ((96, 1), (96, 2), (96, 4), (50, 1), (512, 2), (40, 5)), (False, True)
    )
]


@ORACLE
@pytest.mark.parametrize(("bits", "columns", "groups", "zeros"), CELLS)
def test_the_weights_in_the_file_are_ours_to_one_ulp(tmp_path, bits, columns, groups, zeros):
    """Rows of the identity go in, so that columns of the matrix come out, unsummed."""
    tensor = random_tensor(bits, columns, groups, zeros=zeros)
    found, form = product(tmp_path, tensor, np.eye(columns, dtype=np.float32))
    np.testing.assert_array_max_ulp(found.T, tensor.to_dense(), maxulp=1)
    assert ("MatMulNBits" in form) == ((bits <= 4 or groups > 1) and (columns, groups) not in ((96, 4), (40, 5)))


@ORACLE
@pytest.mark.parametrize(("bits", "columns", "groups", "zeros"), CELLS)
def test_looked_up_rows_are_ours_to_the_bit(tmp_path, bits, columns, groups, zeros):
    order = np.random.default_rng(0).permutation(columns).astype(np.int32)
    factor = np.random.default_rng(1).uniform(0.5, 2, columns).astype(np.float32)
    tensor = random_tensor(bits, columns, groups, zeros=zeros, input_scale=factor, input_permutation=order)
    graph = files.onnx_graph.Graph(onnx)
    rows = OnnxWeights(graph, OnnxOptions()).lookup("ids", "w", tensor)
    graph.node("ReduceSum", rows, graph.shared([1], np.int64), keepdims=0, out="y")
    graph.save(tmp_path / "p.onnx", inputs=["ids"], output="y", width=columns)
    found = session(tmp_path / "p.onnx").run(None, {"ids": np.arange(24)[::-1][:, None]})[0]
    np.testing.assert_array_equal(found, tensor.to_dense()[::-1])


@ORACLE
@pytest.mark.parametrize("activation_bits", [None, 8])
@pytest.mark.parametrize(("bits", "groups"), [(4, 3), (8, 1), (8, 12)])
def test_input_scales_and_permutations_are_kept(tmp_path, bits, groups, activation_bits):
    rng = np.random.default_rng(0)
    order, factor = rng.permutation(96).astype(np.int32), rng.uniform(0.5, 2, 96).astype(np.float32)
    tensor = random_tensor(bits, 96, groups, zeros=True, input_scale=factor, input_permutation=order)
    x = rng.standard_normal((7, 96)).astype(np.float32)
    x[3] = 0  # has no largest magnitude to divide by
    want = tensor.linear(x, activation_bits=activation_bits)
    found, _ = product(tmp_path, tensor, x, activation_bits)
    np.testing.assert_allclose(found, want, rtol=2e-6, atol=2e-6 * np.abs(want).max())


@ORACLE
@pytest.mark.parametrize("unsigned", [False, True])
def test_integer_sums_are_exact_over_the_whole_range(tmp_path, unsigned):
    """Inputs that are whole numbers with a largest of 127 have the scale 1: every sum is an integer, and equal."""
    rng = np.random.default_rng(0)
    x = rng.integers(-127, 128, (9, 96)).astype(np.float32)
    x[:, 0], x[-1] = 127, 0  # and a row of zeros
    tensor = random_tensor(8, 96, 1, zeros=True)
    tensor = QuantizedTensor.from_codes(tensor.codes // 2, np.float32([[1.0]]), np.uint8([[64]]), bits=8)
    found, form = product(tmp_path, tensor, x, 8, avoid_saturation=unsigned)
    assert form.startswith("MatMulInteger")
    np.testing.assert_array_equal(found, x.astype(np.int64) @ (tensor.codes.astype(np.int64) - 64).T)


@ORACLE
def test_other_formats_are_decoded_and_an_entropy_coder_is_undone(tmp_path):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((5, 64)).astype(np.float32), rng.standard_normal((24, 64)).astype(np.float32)
    factors = (DenseTensor(rng.standard_normal(shape).astype(np.float32)) for shape in ((24, 4), (4, 64)))
    cases = {
        "float32": DenseTensor(w),
        "float16": DenseTensor(w.astype(np.float16)),
        "float32, decoded from low_rank": LowRankMatrix(*factors),
        "MatMulNBits, 4-bit codes, blocks of 32": EntropyCodedTensor.encode(quantize_rtn(w, bits=4, group_size=32)),
    }
    for form, tensor in cases.items():
        found, said = product(tmp_path, tensor, x)
        assert said == form
        np.testing.assert_allclose(found, tensor.linear(x), atol=1e-4)
    found, said = product(tmp_path, cases["float32"], x, half=True)
    assert said == "float16"
    np.testing.assert_allclose(found, x @ w.astype(np.float16).astype(np.float32).T, atol=1e-4)
    huge, said = product(tmp_path, DenseTensor(w * 1e6), x, half=True)
    assert said == "float32"  # float16 would overflow
    np.testing.assert_allclose(huge, x @ w.T * 1e6, rtol=1e-4, atol=10)


def test_level_four_leaves_the_rounding_to_the_runtime(tmp_path):
    encoder = encoder_of(rtn(4, group_size=16, activation_bits=8))
    made = files.save_onnx(encoder, tmp_path / "m.onnx", accuracy_level=4)
    form = "MatMulNBits, 4-bit codes, blocks of 16, inputs rounded to 8 bits by the runtime"
    assert made.matrices["encoder.layer.0.output.dense.weight"] == form
    nodes = [node for node in onnx.load(tmp_path / "m.onnx").graph.node if node.op_type == "MatMulNBits"]
    assert [a.i for node in nodes for a in node.attribute if a.name == "accuracy_level"] == [4] * 12
    np.testing.assert_allclose(vectors(tmp_path / "m.onnx"), ours(encoder), atol=0.03)


def test_the_packed_bytes_are_those_of_our_own_file(tmp_path):
    tensor = random_tensor(4, 96, 3, zeros=False)
    packed, scale, zero_point = nbits_arrays(tensor, matmul_block(tensor))
    np.testing.assert_array_equal(packed.reshape(24, -1), tensor.packed)
    np.testing.assert_array_equal(scale, tensor.scale.reshape(-1))
    assert zero_point is None


# ---- files and errors ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("tokenizers")
    return bert_folders.write_folder(tmp_path_factory.mktemp("bert") / "model", "bert.")


def test_the_same_node_is_made_once_and_another_is_another():
    graph = files.onnx_graph.Graph(onnx)
    cast = [graph.node("Cast", "ids", to=kind) for kind in (onnx.TensorProto.FLOAT, onnx.TensorProto.INT8)]
    assert cast[0] != cast[1]
    assert graph.node("Cast", "ids", to=onnx.TensorProto.FLOAT) == cast[0]


def test_a_folder_and_its_encoder_make_the_same_bytes(tmp_path, folder):
    files.save_onnx(folder, tmp_path / "a.onnx")
    files.save_onnx(BertEncoder.from_pretrained(folder), tmp_path / "b.onnx")
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_a_truncated_folder_is_named_and_nothing_is_left(tmp_path, folder):
    weights = bert_folders.weights()
    del weights["encoder.layer.1.output.dense.bias"]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "config.json").write_bytes((folder / "config.json").read_bytes())
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors"):
        files.save_onnx(tmp_path / "in", tmp_path / "m.onnx")
    save_file(weights, tmp_path / "in" / "model.safetensors")
    with pytest.raises(ValueError, match="encoder.layer.1.output.dense.bias"):
        files.save_onnx(tmp_path / "in", tmp_path / "m.onnx")
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_arguments_that_do_not_fit_are_named(tmp_path):
    with pytest.raises(TypeError, match="encoder must be a BertEncoder or the path"):
        files.save_onnx(3, tmp_path / "m.onnx")
    with pytest.raises(ValueError, match="accuracy_level must be one of"):
        files.save_onnx(encoder_of(), tmp_path / "m.onnx", accuracy_level=5)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        files.save_onnx(encoder_of(), tmp_path / "no" / "m.onnx")


def test_more_than_a_file_holds_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("minicompress.files.onnx_graph._MOST_BYTES", 10_000)
    with pytest.raises(ValueError, match="at most 10,000 bytes of weights"):
        files.save_onnx(encoder_of(), tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


def test_without_the_package_a_sentence_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r'the package onnx: pip install "minicompress\[models\]"'):
        files.save_onnx(encoder_of(), tmp_path / "m.onnx")


# ---- the real model --------------------------------------------------------------------------------------------------


TEXTS = ["Return the sum of two numbers.", "open a file", "close " * 40]


def real_model(tmp_path, recipe):
    """all-MiniLM-L6-v2 compressed by ``recipe``, what was exported, and the tokens of :data:`TEXTS`."""
    pytest.importorskip("tokenizers")
    try:
        source = find_pretrained("all-MiniLM-L6-v2")
    except FileNotFoundError as error:
        pytest.skip(str(error))
    size = save_folder(compress_folder(source, recipe).model, source, tmp_path / "small")
    made = files.save_onnx(tmp_path / "small", tmp_path / "m.onnx")
    pooler = 384 * 384 * encoder_recipe(recipe).rules[-1].options["bits"] / 8  # which the graph does not run
    assert abs(made.nbytes - (size - pooler)) < 0.02 * size
    encoder = BertEncoder.from_pretrained(tmp_path / "small")
    return encoder, *pad(encoder.tokenizing.ids(TEXTS))


@ORACLE
@pytest.mark.parametrize("rule", [rtn(8), rtn(4, group_size=64, scale_dtype="float16")], ids=["int8", "int4"])
def test_the_real_model_gives_the_same_vectors(tmp_path, rule):
    encoder, ids, real = real_model(tmp_path, Recipe("made", (rule,)))
    np.testing.assert_allclose(vectors(tmp_path / "m.onnx", ids, real), ours(encoder, ids, real), atol=1e-5)


@ORACLE
def test_the_real_model_with_rounded_inputs_multiplies_the_same_integers(tmp_path):
    encoder, ids, real = real_model(tmp_path, "int8")
    met = {}
    encoder.watch = lambda name, x, _: met.setdefault(name, x.reshape(-1, x.shape[-1]).copy())
    want = ours(encoder, ids, real)
    assert len(met) == 36
    for name in list(met)[::7]:
        tensor = encoder.weights.matrices[name]
        y = tensor.linear(met[name], activation_bits=8)
        found, _ = product(tmp_path, tensor, met[name], 8)
        np.testing.assert_allclose(found, y, rtol=1e-6, atol=1e-6 * np.abs(y).max())
    found = vectors(tmp_path / "m.onnx", ids, real)
    assert (found * want).sum(axis=1).min() > 0.99
