"""From files to domain values: the schema, the readers, the checks and the data pack itself."""
