/** Waits for something that nothing depends on, such as a goodbye: not for long, and whatever becomes of it. */
export async function atMost(ms: number, wait: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([wait.catch(() => {}), late])
  clearTimeout(timer)
}
