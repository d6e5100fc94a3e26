"""Who may sign in at the console: people, their roles, their sessions."""
