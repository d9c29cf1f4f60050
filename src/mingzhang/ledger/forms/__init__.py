"""The form of a record sheet, made from its kind: what was posted, what each control shows, how a new sheet begins."""
