"""How a user changes the plan: what a change does to their results, and the checkout."""
