"""Problems found, corrected, seen to be solved by somebody else, closed, and looked at again."""
