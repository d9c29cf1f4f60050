"""One document, three formats: docx for editing, PDF for keeping, HTML for opening its numbers."""
