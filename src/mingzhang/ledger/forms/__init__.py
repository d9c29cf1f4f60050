"""The form of a record sheet, made from its kind: what was posted, what is shown, how a new sheet begins."""
