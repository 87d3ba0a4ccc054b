"""Who they are: partners, customers, deals, activity, attributes, import, and the vocabulary of facts."""
