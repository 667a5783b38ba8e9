"""What operators see of the queues, and how dead letters are looked at and sent back."""
