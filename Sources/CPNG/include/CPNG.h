// filled by this room's first header
