"""The ledger's pages, by what a person does on them."""
