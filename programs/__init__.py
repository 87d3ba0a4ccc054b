"""Therefore what: content, courses and incentives, their targeting and what is on offer to whom."""
