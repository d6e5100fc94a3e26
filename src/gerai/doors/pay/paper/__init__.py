"""An order on paper: the invoice while it is to be paid, the receipt once money came, as a PDF to keep."""
