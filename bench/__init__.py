"""What Mingzhang costs, measured: `make bench` or `python -m bench`. See docs/reference/benchmarks.md."""
