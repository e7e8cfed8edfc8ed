"""The figures: right geometry, readable without a kernel, sliders only where someone can move them."""

import io

import numpy as np
import pytest

pytest.importorskip("matplotlib")
Image = pytest.importorskip("PIL.Image")
pytest.importorskip("IPython")

from minicompress.evaluation import Interval  # noqa: E402
from minicompress.workbook import figures  # noqa: E402


@pytest.fixture
def shown(monkeypatch):
    """Collect what a cell would display."""
    found = []
    monkeypatch.setattr("IPython.display.display", found.append)
    return found


def staircase(step=0.5):
    fig, ax = figures.subplots()
    figures.draw_staircase(ax, step=step, codes=range(-2, 3))
    return fig


def test_staircase_is_the_quantizer():
    fig, ax = figures.subplots()
    figures.draw_staircase(ax, step=0.5, codes=range(0, 5), zero_point=2)
    edges, levels = ax.lines[1].get_data()
    x = np.linspace(-1.2, 1.2, 97) + 0.001
    # Drawn with where="pre": the level of an edge holds on the interval that ends there.
    drawn = levels[np.searchsorted(edges, x)]
    np.testing.assert_allclose(drawn, 0.5 * (np.clip(np.rint(x / 0.5) + 2, 0, 4) - 2))
    assert [t.get_text() for t in ax.texts] == list("01234")


def test_png_is_small_and_has_the_size_asked_for():
    png = figures.to_png(staircase())
    image = Image.open(io.BytesIO(png))
    assert image.size == (round(7.2 * 110), round(3.0 * 110))
    assert image.mode == "P"
    assert len(np.unique(np.asarray(image.convert("L")))) > 10  # something is drawn
    assert len(png) < 30_000
    assert png == figures.to_png(staircase())


def test_show_gives_picture_alternative_text_and_caption(shown):
    figures.show(staircase(), "A quantizer is a staircase.")
    still, caption = shown
    data, metadata = still._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == "[Figure: A quantizer is a staircase.]"
    assert metadata["image/png"]["alt"] == "A quantizer is a staircase."
    assert caption.data == "*Figure. A quantizer is a staircase.*"


def test_a_figure_without_a_message_is_refused():
    with pytest.raises(ValueError, match="message must say what the figure shows"):
        figures.Still(staircase(), " ")


def test_without_a_front_end_the_first_figure_is_shown(shown, monkeypatch):
    monkeypatch.setenv("MINICOMPRESS_WIDGETS", "0")
    calls = []
    figures.interactive(lambda step: calls.append(step) or staircase(step), "Steps.", step=([0.25, 0.5], 0.5))
    assert calls == [0.5]
    assert set(shown[0]._repr_mimebundle_()[0]) == {"image/png", "text/plain"}


def test_with_a_front_end_a_slider_redraws_and_the_picture_stays_in_the_output(shown, monkeypatch):
    pytest.importorskip("ipywidgets")
    monkeypatch.setenv("MINICOMPRESS_WIDGETS", "1")
    figures.interactive(staircase, "Steps.", step=([0.25, 0.5], 0.5))
    data, _ = shown[0]._repr_mimebundle_()
    assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(data)
    slider, image = shown[0].box.children
    before = bytes(image.value)
    slider.value = 0.25
    assert bytes(image.value) != before
    assert bytes(image.value) == figures.to_png(staircase(0.25))


def test_the_first_value_must_be_one_of_the_choices():
    with pytest.raises(ValueError, match="the first value of step"):
        figures.interactive(staircase, "Steps.", step=([0.25, 0.5], 0.3))


@pytest.mark.parametrize("name", ["JPY_SESSION_NAME", "VSCODE_PID"])
def test_front_ends_are_recognised(monkeypatch, name):
    for variable in ("MINICOMPRESS_WIDGETS", "JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD"):
        monkeypatch.delenv(variable, raising=False)
    assert not figures.has_sliders()
    monkeypatch.setenv(name, "1")
    assert figures.has_sliders()
    monkeypatch.setenv("MINICOMPRESS_WIDGETS", "0")
    assert not figures.has_sliders()


def test_matrix_text_is_readable_on_its_own_cell():
    fig, ax = figures.subplots()
    figures.draw_matrix(ax, [[0.0, 1.0]], text=[["low", "high"]], colours="gray")
    assert [(t.get_text(), t.get_color()) for t in ax.texts] == [("low", "white"), ("high", "black")]


def test_histogram_is_a_density_with_the_grid_below():
    fig, ax = figures.subplots()
    figures.draw_histogram(ax, np.linspace(0, 1, 1000), grid=[0, 0.5, 1], bins=10)
    assert sum(p.get_height() * p.get_width() for p in ax.patches) == pytest.approx(1)
    assert [line[0][0] for line in ax.collections[0].get_segments()] == [0, 0.5, 1]


def test_intervals_stand_in_the_order_given():
    fig, ax = figures.subplots()
    figures.draw_intervals(ax, ["a", "b"], [Interval(0.5, 0.4, 0.7), Interval(0.9, 0.8, 0.95)])
    x, y = ax.lines[0].get_data()
    assert x.tolist() == [0.5, 0.9]
    assert y.tolist() == [1, 0]
    segments = ax.collections[0].get_segments()
    np.testing.assert_allclose([s[:, 0] for s in segments], [[0.4, 0.7], [0.8, 0.95]])
    with pytest.raises(ValueError, match="as long"):
        figures.draw_intervals(ax, ["a"], [])


def test_table_reads_in_a_terminal_and_in_a_notebook():
    rows = figures.table(["name", "n"], [["<a>", 10], ["b", 2]])
    assert repr(rows) == "name   n\n <a>  10\n   b   2"
    assert "<td>&lt;a&gt;</td><td>10</td>" in rows._repr_html_()
    with pytest.raises(ValueError, match="must have 2 cells"):
        figures.table(["name", "n"], [["a"]])
