"""E-textbooks (电子教材): PDF, EPUB and HTML, and the pages on which they are read."""
