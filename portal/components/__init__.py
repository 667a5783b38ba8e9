"""What pages share: the frame, tables, figures, the upload box."""
