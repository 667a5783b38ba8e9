"""The explorer's plots as plotly's documents: no plotly here, colours as tokens that the browser paints."""
