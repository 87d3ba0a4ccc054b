"""The door for machines: partners, customers, deals and the vocabulary that describes them."""
