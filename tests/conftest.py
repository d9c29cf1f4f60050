"""What every test shares."""

from tests.cast import cast

__all__ = ["cast"]
