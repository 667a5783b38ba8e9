"""Installing a bundle from its publishers: what they offer, fetching it, checking it, building the bundle."""
