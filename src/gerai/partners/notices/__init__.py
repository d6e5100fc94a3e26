"""Forms in which somebody outside tells that money came in. Every folder is one."""
