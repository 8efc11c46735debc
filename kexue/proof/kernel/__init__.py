"""The trusted kernel: terms (what a statement is), normal forms (when two are equal), rules (what follows)."""
