"""`python -m mingzhang.cli` is `mingzhang`."""

from mingzhang.cli.main import main

main(prog_name="mingzhang")
