// As much of https://protobuf.dev/programming-guides/encoding/ as a push service needs: numbers, texts and what is inside.

const varint = (value: number | bigint): number[] => {
  const bytes: number[] = []
  for (let rest = BigInt(value); ; rest >>= 7n) {
    const low = Number(rest & 127n)
    if (rest < 128n) return [...bytes, low]
    bytes.push(low | 128)
  }
}
export type Value = string | Uint8Array | number | bigint | { fixed64: bigint }

/** Fields in the order in which they are given. */
export const encoded = (fields: [number, Value][]): Buffer =>
  Buffer.concat(
    fields.map(([field, value]) => {
      const tag = (wire: number) => Buffer.from(varint((field << 3) | wire))
      if (typeof value === 'number' || typeof value === 'bigint')
        return Buffer.concat([tag(0), Buffer.from(varint(value))])
      if (typeof value === 'object' && 'fixed64' in value) {
        const bytes = Buffer.alloc(8)
        bytes.writeBigUInt64LE(value.fixed64)
        return Buffer.concat([tag(1), bytes])
      }
      const bytes = Buffer.from(value)
      return Buffer.concat([tag(2), Buffer.from(varint(bytes.length)), bytes])
    }),
  )

/** The number at `at`, and where it ends; nothing while it is not all there. */
export function varintAt(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0
  for (let end = at; end < bytes.length; end++) {
    value += (bytes[end]! & 127) * 2 ** (7 * (end - at))
    if (bytes[end]! < 128) return { value, end: end + 1 }
  }
  return undefined
}

/** The message with its length in front. */
export const delimited = (message: Uint8Array) => Buffer.concat([Buffer.from(varint(message.length)), message])
