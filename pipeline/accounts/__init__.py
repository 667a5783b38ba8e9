"""Users, their plans and how a local password is checked."""
