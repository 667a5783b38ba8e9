"""The processes that take messages from queues."""
