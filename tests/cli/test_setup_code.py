"""The code that opens the first-run wizard."""

from __future__ import annotations

import re

from click.testing import CliRunner

from mingzhang.cli.main import main
from mingzhang.cli.serve import setup_said
from mingzhang.organisation import queries
from tests.cast import Cast

CODE = r"(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}"


def test_a_new_code_is_told_until_there_is_a_book(db: None) -> None:
    told = CliRunner().invoke(main, ["setup-code"]).output
    code = re.search(CODE, told)
    assert code
    assert queries.setup_opened_by(code[0])
    assert code[0] in setup_said(code[0])


def test_no_code_is_given_once_there_is_a_book(cast: Cast) -> None:
    refused = CliRunner().invoke(main, ["setup-code"])
    assert refused.exit_code == 5
    assert "已经有账套了" in refused.output
