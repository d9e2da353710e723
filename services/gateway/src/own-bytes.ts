/**
 * Bytes in memory of their own, for what is kept: small buffers are parts of slabs of 64 KB, and one that is kept keeps all
 * of its slab.
 */
export function ownBytes(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength === bytes.length) return bytes
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}
