"""What can be brought into a shop as a file, one module each."""
