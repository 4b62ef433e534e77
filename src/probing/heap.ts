/**
 * Slots ordered by when they are due, in typed arrays: the earliest in no time, any change in a few steps, and no
 * garbage however many monitors there are.
 */
export function createHeap() {
  let due = new Float64Array(256)
  let at = new Int32Array(256).fill(-1)
  let heap = new Int32Array(256)
  let size = 0

  const before = (a: number, b: number) => due[heap[a]!]! < due[heap[b]!]!
  function swap(a: number, b: number) {
    const slot = heap[a]!
    heap[a] = heap[b]!
    heap[b] = slot
    at[heap[a]!] = a
    at[heap[b]!] = b
  }
  function up(k: number) {
    for (let child = k; child > 0; ) {
      const parent = (child - 1) >> 1
      if (!before(child, parent)) return
      swap(child, parent)
      child = parent
    }
  }
  function down(k: number) {
    for (let parent = k; ; ) {
      let least = parent
      const left = 2 * parent + 1
      if (left < size && before(left, least)) least = left
      if (left + 1 < size && before(left + 1, least)) least = left + 1
      if (least === parent) return
      swap(parent, least)
      parent = least
    }
  }
  function grow(slot: number) {
    if (slot < due.length) return
    const length = Math.max(slot + 1, due.length * 2)
    const grown = { due: new Float64Array(length), at: new Int32Array(length).fill(-1), heap: new Int32Array(length) }
    grown.due.set(due)
    grown.at.set(at)
    grown.heap.set(heap)
    ;({ due, at, heap } = grown)
  }

  return {
    /** Adds the slot, or moves it to another time. */
    set(slot: number, when: number) {
      grow(slot)
      due[slot] = when
      if (at[slot]! < 0) {
        at[slot] = size
        heap[size++] = slot
      }
      up(at[slot]!)
      down(at[slot]!)
    },
    remove(slot: number) {
      const k = slot < at.length ? at[slot]! : -1
      if (k < 0) return
      swap(k, --size)
      at[slot] = -1
      if (k < size) {
        const moved = heap[k]!
        up(k)
        down(at[moved]!)
      }
    },
    /** The earliest slot, or -1. */
    first: () => (size > 0 ? heap[0]! : -1),
    dueOf: (slot: number): number | undefined => (slot < at.length && at[slot]! >= 0 ? due[slot] : undefined),
    size: () => size,
  }
}
