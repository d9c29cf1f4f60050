"""The demonstration county: invented places and people, three years of accounts, one half-year known exactly."""
