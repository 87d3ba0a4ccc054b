"""Many people in the portal and many machines at the interface at once, against a product that runs."""
