"""`bench explore`: how fast a large result answers."""
