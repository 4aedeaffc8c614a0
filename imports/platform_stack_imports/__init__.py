"""What is generated from upstream: typed bindings, schemas and facts of charts; never edited."""
