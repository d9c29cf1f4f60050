"""Programs for those who work on Mingzhang itself; `make` calls them."""
