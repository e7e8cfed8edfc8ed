"""``python -m minicompress.training langid --model transformer`` (or ``lm``): rebuild a checkpoint that ships."""

from __future__ import annotations

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
    from minicompress.training.checkpoints import round_as_stored, ship
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
    round_as_stored(trained)
    score = accuracy(trained.predict_logits(list(names.test.texts)).argmax(axis=1), names.test.labels)
    trained.info["test_accuracy"] = round(score.value, 6)
    entry = {"command": command, "test_accuracy": trained.info["test_accuracy"]}
    line = ship(trained.to_bytes(), model, f"langid_{model}.safetensors", entry, folder=out)
    kind = TextClassifier.KINDS[model].__name__
    typer.echo(f"{line}: {kind}, {trained.n_parameters:,} parameters, test accuracy {score}")


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
    from minicompress.training.checkpoints import round_as_stored, ship
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
    round_as_stored(trained)
    score = perplexity(trained, tokens.test)
    results = {
        "test_perplexity": round(score.perplexity, 6),
        "test_bits_per_byte": round(score.bits_per_byte, 6),
        "corpus_sha256": tokens.provenance["sha256"],
    }
    trained.info = {"command": command, "seed": seed, "data": tokens.provenance, **results}
    entry = {"command": command, "seed": seed, **results}
    line = ship(trained.to_bytes(), f"decoder_{size}", f"decoder_{size}.safetensors", entry, folder=out)
    typer.echo(
        f"{line}: {trained.n_parameters:,} parameters, test perplexity {score.perplexity:.3f}, "
        f"{score.bits_per_byte:.4f} bits per byte"
    )


if __name__ == "__main__":
    app()
