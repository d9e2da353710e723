/** The first `most` of `count` things in an order, by their places, without putting the rest into any. Pure. */
export function best(count: number, most: number, isBefore: (a: number, b: number) => boolean): number[] {
  const kept: number[] = []
  for (let one = 0; one < count; one++) {
    if (kept.length === most && !isBefore(one, kept[most - 1]!)) continue
    let [low, high] = [0, kept.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (isBefore(one, kept[middle]!)) high = middle
      else low = middle + 1
    }
    kept.splice(low, 0, one)
    if (kept.length > most) kept.pop()
  }
  return kept
}
