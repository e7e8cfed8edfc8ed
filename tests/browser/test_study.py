"""A reader's first hour in a real browser: ``minicompress study``, chapter 3 run, a slider moved, an exercise checked.

The workbook is a copy, so that what the browser saves changes nothing here. Playwright drives Chromium; where either is
missing the test is skipped and says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "reader"
CHAPTER = "03_quantization.ipynb"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# No sandbox in a container, and nothing asked of the network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

pytest.importorskip("jupyterlab")
sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install playwright")

from minicompress.workbook import notebooks  # noqa: E402

pytestmark = [
    pytest.mark.notebooks,
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH, such as Debian's package chromium"),
]


@pytest.fixture(scope="module")
def workbook(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("study")
    for folder in ("chapters", "exercises", "solutions"):
        shutil.copytree(
            ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        )
    chapter = place / "chapters" / CHAPTER
    notebook = notebooks.read(chapter)
    for cell in notebook.cells:  # so that what the page shows was made there
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebooks.write(notebook, chapter)
    return place


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Path:
    """JupyterLab's settings: every cell stays in the page, and no news is asked for."""
    place = tmp_path_factory.mktemp("settings")
    for extension, name, content in (
        ("notebook", "tracker", {"windowingMode": "none"}),
        ("apputils", "notification", {"fetchNews": "false", "checkForUpdates": False}),
    ):
        path = place / "@jupyterlab" / f"{extension}-extension" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return place


@pytest.fixture(scope="module")
def address(workbook, settings, tmp_path_factory):
    """The address of a running ``minicompress study``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path_factory.mktemp("config")
    (config / "jupyter_server_config.json").write_text(
        json.dumps(
            {"ServerApp": {"ip": "127.0.0.1", "port": port, "allow_root": True}, "IdentityProvider": {"token": TOKEN}}
        )
    )
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTER_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "MINICOMPRESS_WORKBOOK": str(workbook),
        "XDG_DATA_HOME": str(tmp_path_factory.mktemp("progress")),
    }
    log = workbook.parent / "study.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "minicompress.cli", "study", "--no-browser"],
            cwd=workbook,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{base}/api?token={TOKEN}", server, log)
        yield base
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, f"the server ended: {log.read_text()[-2000:]}"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise AssertionError(f"no answer from {url}: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def page(address):
    """Chapter 3, opened, and all its cells run."""
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page(viewport={"width": 1400, "height": 1000})
        opened.set_default_timeout(120_000)
        opened.goto(f"{address}/lab/tree/chapters/{CHAPTER}?token={TOKEN}")
        opened.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
        opened.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # in the status bar: the kernel answers
        run_all(opened)
        yield opened
        browser.close()


def prompts(page) -> list[str]:
    """What stands before each code cell: [3], [*] while it runs or waits, [ ] if it did not run."""
    return [text.strip() for text in page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()]


def run_all(page, seconds: int = 600) -> None:
    """Choose "Run All Cells" and wait for the last cell."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    for _ in range(seconds):
        if all(re.fullmatch(r"\[\d+\]:?", prompt) for prompt in prompts(page)):
            return
        time.sleep(1)
    asked = page.locator("dialog").all_inner_texts()
    raise AssertionError(f"cells have not run after {seconds} s: {prompts(page)}; dialogs: {asked}")


def cell_with(page, text: str):
    return page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea", has_text=text)).first


def test_every_cell_of_chapter_3_runs_and_none_fails(page):
    assert len(prompts(page)) >= 20
    errors = page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]')
    assert errors.count() == 0, errors.first.inner_text()
    assert page.locator(".jp-OutputArea-output img").count() >= 5


def test_a_slider_redraws_its_figure(page):
    cell = cell_with(page, "def draw_error(bits)")
    handle = cell.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    image, readout = cell.locator(".widget-image").first, cell.locator(".widget-readout").first
    before, value = image.get_attribute("src"), readout.inner_text()
    handle.press("ArrowRight")
    for _ in range(120):
        if readout.inner_text() != value and image.get_attribute("src") != before:
            return
        time.sleep(0.5)
    raise AssertionError(f"the slider shows {readout.inner_text()} (before: {value}), and the figure is the same")


def test_an_exercise_is_checked_before_and_after_it_is_solved(page, workbook):
    cell = cell_with(page, 'check("affine_qparams")')
    assert "not attempted" in cell.locator(".jp-OutputArea").inner_text().lower()
    name = "03_quantization/affine_qparams.py"
    shutil.copyfile(workbook / "solutions" / name, workbook / "exercises" / name)
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    passed = cell.locator(".jp-OutputArea", has_text=re.compile("passed|correct|well done", re.IGNORECASE))
    passed.wait_for()
