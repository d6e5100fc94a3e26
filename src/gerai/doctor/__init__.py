"""`gerai doctor`: everything a person who looks after an installation would look at, each with what to do."""
