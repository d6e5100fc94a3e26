"""Tables as files: CSV and XLSX, written and read row by row in constant memory, with nothing in them that a
spreadsheet would calculate."""
