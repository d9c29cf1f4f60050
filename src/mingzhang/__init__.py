"""Mingzhang 明账: accounts of work, kept the way a bookkeeper keeps accounts of money."""

__version__ = "0.1.0"
