"""What can be done: each module defines ``ACT``."""
