// filled by this room's first type
