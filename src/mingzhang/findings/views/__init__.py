"""The pages of findings, by what a person does on them."""
