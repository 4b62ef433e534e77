/** Runs one measurement of attempt-process.ts in a process of its own and answers what it found. */
export async function apart<T>(what: string, options: object): Promise<T> {
  const file = `${import.meta.dir}/attempt-process.ts`
  const child = Bun.spawn([process.execPath, file, what, JSON.stringify(options)], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const text = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`attempt-process.ts ${what} failed`)
  // Safe: each kind of run prints what the caller names.
  return JSON.parse(text) as T
}
