"""E-mails about jobs: who may send one (claims), what it says (mail), and how it leaves (send)."""
