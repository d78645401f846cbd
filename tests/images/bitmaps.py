"""Writes bitmaps of every kind that Pillow reads, and the pixels that it finds in them, beside this file.

    python tests/images/bitmaps.py        # Pillow 12
"""

import struct
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parent / "bitmaps"
WIDTH, HEIGHT = 13, 7


def colour(x: int, y: int) -> tuple[int, int, int]:
    return (x * 19) % 256, (y * 36) % 256, (x * 7 + y * 29) % 256


def rows(bits: int, value) -> bytes:
    """Rows from the lowest up, each padded to four bytes."""
    result = b""
    for y in reversed(range(HEIGHT)):
        number = 0
        for x in range(WIDTH):
            number = number << bits | value(x, y)
        length = WIDTH * bits
        row = (number << (-length % 8)).to_bytes((length + 7) // 8, "big")
        result += row + b"\0" * (-len(row) % 4)
    return result


def words(bits: int, value) -> bytes:
    result = b""
    for y in reversed(range(HEIGHT)):
        row = b"".join(value(x, y).to_bytes(bits // 8, "little") for x in range(WIDTH))
        result += row + b"\0" * (-len(row) % 4)
    return result


def bmp(bits: int, pixels: bytes, *, compression=0, extra=b"", palette=b"", size=40, height=HEIGHT, colours=0) -> bytes:
    if size == 12:
        header = struct.pack("<IHHHH", 12, WIDTH, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", size, WIDTH, height, 1, bits, compression, len(pixels), 2835, 2835, colours, 0)
    header += extra
    gap = b"\0" * 6  # pixels need not follow at once
    offset = 14 + len(header) + len(palette) + len(gap)
    return struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset) + header + palette + gap + pixels


def quads(count: int) -> bytes:
    return b"".join(bytes((*reversed(colour(index, index // 3)), 0)) for index in range(count))


def index_of(most: int):
    return lambda x, y: (x + 2 * y) % most


def masks(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def v4(red: int, green: int, blue: int, alpha: int) -> bytes:
    return masks(red, green, blue, alpha) + b"\0" * 52


def runs8() -> bytes:
    result = b""
    for y in reversed(range(HEIGHT)):
        values = [index_of(200)(x // 3, y) for x in range(WIDTH)]
        # five literal values with a byte of padding, then runs
        result += bytes((0, 5, *values[:5], 0))
        for value in values[5:]:
            result += bytes((1, value))
        result += b"\0\0"
    return result + b"\0\1"


def runs4() -> bytes:
    result = b""
    for y in range(HEIGHT):
        result += bytes((8, (y % 16) << 4 | 3, 5, 0x77, 0, 0))
    return result + b"\0\1"


def rgb24(x: int, y: int) -> int:
    red, green, blue = colour(x, y)
    return red << 16 | green << 8 | blue


def rgba32(x: int, y: int) -> int:
    return ((x * 20) % 256) << 24 | rgb24(x, y)


def rgb565(x: int, y: int) -> int:
    red, green, blue = colour(x, y)
    return (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3


def rgb555(x: int, y: int) -> int:
    red, green, blue = colour(x, y)
    return (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3


FILES = {
    "1-bit.bmp": bmp(1, rows(1, index_of(2)), palette=quads(2)),
    "4-bits.bmp": bmp(4, rows(4, index_of(16)), palette=quads(16)),
    "8-bits.bmp": bmp(8, rows(8, index_of(200)), palette=quads(256)),
    "8-bits-few-colours.bmp": bmp(8, rows(8, index_of(9)), palette=quads(9), colours=9),
    "24-bits.bmp": bmp(24, words(24, rgb24)),
    "24-bits-downward.bmp": bmp(24, words(24, rgb24), height=-HEIGHT),
    "32-bits.bmp": bmp(32, words(32, rgba32)),
    "16-bits.bmp": bmp(16, words(16, rgb555)),
    "16-bits-565.bmp": bmp(16, words(16, rgb565), compression=3, extra=masks(0xF800, 0x7E0, 0x1F)),
    "32-bits-masks.bmp": bmp(32, words(32, rgba32), compression=3, extra=masks(0xFF0000, 0xFF00, 0xFF)),
    "32-bits-alpha.bmp": bmp(32, words(32, rgba32), compression=3, size=108, extra=v4(0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "os2-24-bits.bmp": bmp(24, words(24, rgb24), size=12),
    "os2-8-bits.bmp": bmp(8, rows(8, index_of(200)), size=12, palette=b"".join(quads(256)[4 * i : 4 * i + 3] for i in range(256))),
    "runs-8-bits.bmp": bmp(8, runs8(), compression=1, palette=quads(256)),
    "runs-4-bits.bmp": bmp(4, runs4(), compression=2, palette=quads(16)),
}

FLAT = [colour(x, y) for y in range(HEIGHT) for x in range(WIDTH)]
GREY = [red for red, _, _ in FLAT]
SIZE = f"{WIDTH} {HEIGHT}"
BITS = [[index_of(2)(x, y) for x in range(WIDTH)] for y in range(HEIGHT)]
FILES |= {
    "plain.pbm": f"P1 # a comment\n{SIZE}\n".encode() + "\n".join("".join(map(str, row)) for row in BITS).encode(),
    "plain.pgm": f"P2\n# a comment\n{SIZE} 255\n".encode() + " ".join(map(str, GREY)).encode() + b"\n",
    "plain.ppm": f"P3\n{SIZE}\n31\n".encode() + " ".join(str(value >> 3) for pixel in FLAT for value in pixel).encode(),
    "raw.pbm": f"P4 {SIZE}\n".encode() + b"".join(int("".join(map(str, row)).ljust(16, "0"), 2).to_bytes(2, "big") for row in BITS),
    "raw.pgm": f"P5 {SIZE} 255\n".encode() + bytes(GREY),
    "raw.ppm": f"P6 # a comment\n#another\n{SIZE}\n255\n".encode() + bytes(value for pixel in FLAT for value in pixel),
    "raw-16-bits.ppm": f"P6 {SIZE} 65535\n".encode() + b"".join((value * 250 + 77).to_bytes(2, "big") for pixel in FLAT for value in pixel),
    "raw-few.ppm": f"P6 {SIZE} 100\n".encode() + bytes(value * 100 // 255 for pixel in FLAT for value in pixel),
}

FOLDER.mkdir(exist_ok=True)
for name, content in FILES.items():
    path = FOLDER / name
    path.write_bytes(content)
    Image.open(path).convert("RGB").save(FOLDER / f"{name}.png", optimize=True)
