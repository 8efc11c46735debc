"""Execute the book's pages: its chapters, their parameters, single runs, and the build of the whole book."""
