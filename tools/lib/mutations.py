"""Damaged copies of files: what test_import.py and damaged_keras.py share."""


def mutated(content, draw):
    """Bytes with a few places changed, cut short, or with a run repeated."""
    result = bytearray(content)
    for _ in range(1 + draw.randrange(4)):
        place = draw.randrange(len(result))
        kind = draw.randrange(6)
        # Most of a file is weights; what describes the network stands at one end.
        if draw.randrange(2):
            place = draw.choice([place % 4096, len(result) - 1 - place % 4096]) % len(result)
        if kind == 0:
            result[place] ^= 1 << draw.randrange(8)
        elif kind == 1:
            result[place] = draw.choice([0, 1, 0x7F, 0x80, 0xFF])
        elif kind == 2:
            result[place] = draw.randrange(256)
        elif kind == 3:
            del result[place:place + 1 + draw.randrange(8)]
        elif kind == 4:
            result[place:place] = result[place:place + 1 + draw.randrange(16)]
        elif draw.randrange(4) == 0 and place > 0:
            del result[place:]
    return bytes(result)
