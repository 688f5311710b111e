"""Takes the kernel proper, an ELF file, out of a bzImage. The boot protocol (Documentation/arch/x86/boot.rst) says
where its compressed form lies. Arguments: the image, the file that is written."""

import struct
import subprocess
import sys

image = open(sys.argv[1], "rb").read()
sectors = image[0x1F1] or 4
offset, length = struct.unpack_from("<II", image, 0x248)
payload = image[(sectors + 1) * 512 + offset:][:length]
tools = {b"\xfd7zXZ": ["xz", "-dc"], b"\x28\xb5\x2f\xfd": ["zstd", "-dc"], b"\x1f\x8b": ["gzip", "-dc"]}
for magic, tool in tools.items():
    if payload.startswith(magic):
        # The four bytes behind the compressed data are its size, which tools call rubbish.
        kernel = subprocess.run(tool, input=payload[:-4], capture_output=True).stdout
        break
else:
    sys.exit(f"{sys.argv[1]}: compressed in a way that is not known here")
if not kernel.startswith(b"\x7fELF"):
    sys.exit(f"{sys.argv[1]}: holds no ELF file")
open(sys.argv[2], "wb").write(kernel)
