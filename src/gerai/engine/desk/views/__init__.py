"""What can be seen: each module defines ``VIEW``."""
