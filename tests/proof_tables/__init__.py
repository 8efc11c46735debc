"""Tables of statements, true and false, by subject."""
