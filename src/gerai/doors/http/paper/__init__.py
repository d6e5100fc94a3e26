"""Paper: what is shown as a PDF to keep, set by a program of its own."""
