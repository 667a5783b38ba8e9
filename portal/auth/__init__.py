"""Who is signed in: passwords, sessions, the one guard in front of every route."""
