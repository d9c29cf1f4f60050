"""`mingzhang rollup` as somebody at the command line meets it."""

from __future__ import annotations

from click.testing import CliRunner

from mingzhang.cli.main import main
from mingzhang.core.errors import InvalidInput, NotFound
from tests.cast import Cast


def test_folding_says_how_far_it_has_come(cast: Cast) -> None:
    done = CliRunner().invoke(main, ["rollup", "fold", "--book", cast.book.code])
    again = CliRunner().invoke(main, ["rollup", "rebuild", "--book", cast.book.code])
    assert (done.exit_code, again.exit_code) == (0, 0)
    assert "第 0 笔" in done.output
    assert done.output == again.output


def test_with_two_books_one_must_be_named(cast: Cast) -> None:
    refused = CliRunner().invoke(main, ["rollup", "fold"])
    assert refused.exit_code == InvalidInput.exit_code
    assert "--book" in refused.output


def test_a_book_that_is_not_there_is_refused_in_words(cast: Cast) -> None:
    refused = CliRunner().invoke(main, ["rollup", "fold", "--book", "nowhere"])
    assert refused.exit_code == NotFound.exit_code
    assert "nowhere" in refused.output
