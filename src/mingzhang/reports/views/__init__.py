"""The report pages, by what a person does on them."""
