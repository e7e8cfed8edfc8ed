"""The corpus of docstrings: what is read, in what order, and that nothing leaks between the splits."""

from __future__ import annotations

import importlib
import inspect

import pytest

from minicompress.data.docstrings import Docstring, corpus_hash, load_docstrings, read_docstrings, summary_pairs

SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def corpus():
    return load_docstrings()


class TestCorpus:
    def test_there_is_enough_of_it_on_each_side(self, corpus):
        sizes = {name: sum(len(d.text.encode()) for d in getattr(corpus, name)) for name in SPLITS}
        assert 1_000_000 < sum(sizes.values()) < 4_000_000
        shares = {name: size / sum(sizes.values()) for name, size in sizes.items()}
        assert shares["train"] > 0.6
        assert min(shares.values()) > 0.04

    def test_neither_packages_nor_texts_are_shared(self, corpus):
        families = [{d.family for d in getattr(corpus, name)} for name in SPLITS]
        texts = [{d.text for d in getattr(corpus, name)} for name in SPLITS]
        for sets in (families, texts):
            assert not sets[0] & sets[1]
            assert not sets[0] & sets[2]
            assert not sets[1] & sets[2]
        assert sum(map(len, texts)) == sum(len(getattr(corpus, name)) for name in SPLITS)

    def test_tests_and_packages_are_left_out(self, corpus):
        names = {part for split in SPLITS for d in getattr(corpus, split) for part in d.module.split(".")}
        assert not names & {"test", "tests", "idlelib", "site-packages", "numpy", "pip"}
        assert {"json", "email", "argparse"} <= names

    def test_the_order_is_fixed_and_the_result_kept(self, corpus):
        modules = [d.module for d in corpus.train]
        assert modules == sorted(modules)
        assert load_docstrings() is corpus

    @pytest.mark.parametrize("module", ["textwrap", "json.decoder", "heapq", "fractions"])
    def test_what_ast_reads_is_what_inspect_finds(self, corpus, module):
        found = {(d.qualname): d.text for split in SPLITS for d in getattr(corpus, split) if d.module == module}
        live = importlib.import_module(module)
        checked = 0
        for name, value in vars(live).items():
            is_here = getattr(value, "__module__", None) == module and getattr(value, "__qualname__", "") == name
            # A function that C code has taken the place of has another docstring.
            written_here = inspect.isclass(value) or inspect.isfunction(value)
            if is_here and written_here and value.__doc__ and name in found:
                assert found[name] == inspect.cleandoc(value.__doc__).strip(), name
                checked += 1
        assert checked >= 1
        assert found[""] == inspect.cleandoc(live.__doc__).strip()

    def test_the_hash_sees_every_field(self, corpus):
        some = list(corpus.test[:5])
        seen = {corpus_hash(some), corpus_hash(some[::-1]), corpus_hash(some[:4])}
        for changed in (Docstring("m", some[0].qualname, some[0].text), Docstring(some[0].module, "q", some[0].text)):
            seen.add(corpus_hash([changed, *some[1:]]))
        assert len(seen) == 5


class TestRead:
    def test_names_and_nesting(self, tmp_path):
        (tmp_path / "pkg").mkdir()
        (tmp_path / "pkg" / "__init__.py").write_text('"""The package."""\n')
        (tmp_path / "pkg" / "a.py").write_text(
            '"""Module.\n\n    Indented."""\n'
            "try:\n    class C:\n        '''Class.'''\n        async def m(self):\n            'Method.'\n"
            "except ImportError:\n    def f():\n        if True:\n            def g():\n                'Inner.'\n"
            "raise SystemExit('never run')\n"
        )
        got = [(d.module, d.qualname, d.text) for d in read_docstrings(tmp_path)]
        assert got == [
            ("pkg", "", "The package."),
            ("pkg.a", "", "Module.\n\nIndented."),
            ("pkg.a", "C", "Class."),
            ("pkg.a", "C.m", "Method."),
            ("pkg.a", "f.g", "Inner."),
        ]

    def test_what_is_passed_over(self, tmp_path):
        for folder in ("test", "tests", "site-packages", "idlelib"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "a.py").write_text('"""No."""\n')
        (tmp_path / "broken.py").write_text("def (:\n")
        (tmp_path / "sitecustomize.py").write_text('"""No."""\n')
        (tmp_path / "escape.py").write_text('"""Yes."""\nx = "\\d"\n')  # a warning, which must not come through
        (tmp_path / "latin.py").write_bytes('# coding: latin-1\n"""café"""\n'.encode("latin-1"))
        assert [(d.module, d.text) for d in read_docstrings(tmp_path)] == [("escape", "Yes."), ("latin", "café")]

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(ValueError, match="folder must be a folder of Python sources"):
            list(read_docstrings(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("module", "family"),
    [
        ("decimal", "decimal"),
        ("_pydecimal", "decimal"),
        ("_pyio", "io"),
        ("email.mime.text", "email"),
        ("_strptime", "strptime"),
        ("__future__", "future__"),
    ],
)
def test_a_private_twin_is_of_the_family(module, family):
    assert Docstring(module, "", "x").family == family


def test_pairs_for_retrieval(corpus):
    pairs = summary_pairs(corpus.test)
    assert len(pairs) > 100
    assert len({summary for summary, _ in pairs}) == len(pairs)
    whole = {d.text for d in corpus.test}
    assert all(summary and len(rest) >= 40 for summary, rest in pairs)
    assert all(any(t.startswith(summary) and t.endswith(rest) for t in whole) for summary, rest in pairs[:50])
