"""The trial of real processes: jobs run while workers are killed each second, and all of it must end right."""
