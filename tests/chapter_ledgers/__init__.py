"""The statements of the chapters to come, as ledgers: what the checker must be able to carry."""
