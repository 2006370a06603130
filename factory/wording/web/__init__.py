"""Web facts in words: templates with slots, a speaker per kind of question, rows with the schema of `WebQARow`."""
