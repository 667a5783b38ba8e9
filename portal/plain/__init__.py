"""Pages without Dash: small, and readable without JavaScript."""
