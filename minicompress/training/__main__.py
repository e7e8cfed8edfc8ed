"""``python -m minicompress.training langid --model transformer`` (or ``lm``): rebuild a checkpoint that ships."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _about() -> None:
    """Training runs that take longer than a cell should."""


@app.command()
def langid(
    model: Annotated[str, typer.Option(help="transformer or cnn")] = "transformer",
    seed: Annotated[int, typer.Option(help="Seed of weights, order and dropout.")] = 0,
    epochs: Annotated[int | None, typer.Option(help="Passes over the names; the kind's own by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; the package's own by default.")] = None,
) -> None:
    """Train a classifier of the language of a name, and write its checkpoint with its hash (a few minutes)."""
    from minicompress.data import load_language_names
    from minicompress.evaluation import accuracy
    from minicompress.models import TextClassifier
    from minicompress.models.pretrained import CHECKPOINTS
    from minicompress.storage import atomic_path
    from minicompress.training.language_id import RECIPES, train_classifier

    names = load_language_names()
    trained = train_classifier(
        names,
        kind=model,
        seed=seed,
        epochs=epochs,
        on_epoch=lambda epoch, right: typer.echo(f"epoch {epoch + 1}: validation accuracy {right:.4f}"),
    )
    passes = RECIPES[model].epochs if epochs is None else epochs
    command = f"python -m minicompress.training langid --model {model} --seed {seed} --epochs {passes}"
    trained.info = {"command": command, "seed": seed, "data": names.provenance}
    # The model is what the file holds: its score is taken after rounding to float16.
    trained.load_state_dict({n: a.astype("float16").astype("float32") for n, a in trained.state_dict().items()})
    score = accuracy(trained.predict_logits(list(names.test.texts)).argmax(axis=1), names.test.labels)
    trained.info["test_accuracy"] = round(score.value, 6)
    content = trained.to_bytes()
    folder = CHECKPOINTS if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"langid_{model}.safetensors"
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
    listed = folder / "index.json"
    index = json.loads(listed.read_text("utf-8")) if listed.exists() else {}
    index[model] = {
        "file": path.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "command": command,
        "test_accuracy": trained.info["test_accuracy"],
    }
    with atomic_path(listed) as temporary:
        temporary.write_text(json.dumps(index, indent=2, sort_keys=True) + "\n", "utf-8")
    kind = TextClassifier.KINDS[model].__name__
    typer.echo(
        f"{path.name}: {kind}, {trained.n_parameters:,} parameters, {len(content):,} bytes, test accuracy {score}"
    )


@app.command()
def lm(
    size: Annotated[str, typer.Option(help="teacher or student")] = "student",
    seed: Annotated[int, typer.Option(help="Seed of weights, order and dropout.")] = 0,
    epochs: Annotated[int | None, typer.Option(help="Passes over the text; the size's own by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; the package's own by default.")] = None,
) -> None:
    """Train a decoder on the standard library's docstrings, and write its checkpoint with its hash (10 to 30 min)."""
    from minicompress.data.docstrings import load_docstrings
    from minicompress.models.decoder import perplexity
    from minicompress.models.pretrained import CHECKPOINTS
    from minicompress.storage import write_atomic
    from minicompress.training.language_model import RECIPES, encode_corpus, train_language_model

    tokens = encode_corpus(load_docstrings())
    trained = train_language_model(
        tokens,
        size=size,
        seed=seed,
        epochs=epochs,
        on_epoch=lambda epoch, score: typer.echo(
            f"epoch {epoch + 1}: validation perplexity {score.perplexity:.3f}, {score.bits_per_byte:.4f} bits per byte"
        ),
    )
    passes = RECIPES[size].epochs if epochs is None else epochs
    command = f"python -m minicompress.training lm --size {size} --seed {seed} --epochs {passes}"
    # The model is what the file holds: its score is taken after rounding to float16.
    trained.load_state_dict({n: a.astype("float16").astype("float32") for n, a in trained.state_dict().items()})
    score = perplexity(trained, tokens.test)
    results = {
        "test_perplexity": round(score.perplexity, 6),
        "test_bits_per_byte": round(score.bits_per_byte, 6),
        "corpus_sha256": tokens.provenance["sha256"],
    }
    trained.info = {"command": command, "seed": seed, "data": tokens.provenance, **results}
    content = trained.to_bytes()
    folder = CHECKPOINTS if out is None else out
    path = folder / f"decoder_{size}.safetensors"
    write_atomic(path, content)
    listed = folder / "index.json"
    index = json.loads(listed.read_text("utf-8")) if listed.exists() else {}
    entry = {"file": path.name, "sha256": hashlib.sha256(content).hexdigest(), "command": command, "seed": seed}
    index[f"decoder_{size}"] = entry | results
    write_atomic(listed, (json.dumps(index, indent=2, sort_keys=True) + "\n").encode())
    typer.echo(
        f"{path.name}: {trained.n_parameters:,} parameters, {len(content):,} bytes, test perplexity "
        f"{score.perplexity:.3f}, {score.bits_per_byte:.4f} bits per byte"
    )


if __name__ == "__main__":
    app()
