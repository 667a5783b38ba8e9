"""One file a page (Dash Pages). Each layout and callback starts with `portal.auth.current.current_user()`."""
