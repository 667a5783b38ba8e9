"""The local stack: everything of the service on one machine (`make run`)."""
