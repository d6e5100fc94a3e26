"""What breaks a running server for real: each breaker is a function with its counts and durations as parameters."""
