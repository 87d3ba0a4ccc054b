"""Ready segments and programmes: what many vendors begin with, to be installed as drafts and made one's own."""
