"""Opens a sealed export by the format's description alone. Usage: open_sealed.py FILE PASSPHRASE, plain text to stdout."""

import hashlib
import hmac
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

octets = open(sys.argv[1], "rb").read()
header, mac, rest = octets[:39], octets[39:71], octets[71:]
assert header[:8] == b"SWSEALED" and header[8] == 1
log_n, r, p = header[9:12]
chunk = int.from_bytes(header[12:16], "big") + 16
salt, prefix = header[16:32], header[32:39]
n = 2**log_n
root = hashlib.scrypt(sys.argv[2].encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def key(purpose):
    info = f"sendwright/{purpose}/1".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(root)


assert hmac.compare_digest(hmac.digest(key("header"), header, "sha256"), mac)
chunks = [rest[at : at + chunk] for at in range(0, len(rest), chunk)]
for number, sealed in enumerate(chunks):
    last = number == len(chunks) - 1
    nonce = prefix + number.to_bytes(4, "big") + bytes([last])
    sys.stdout.buffer.write(AESGCM(key("chunks")).decrypt(nonce, sealed, header))
