/** The text of a ping as a file to keep: nothing in it is run or shown as a page. */
export const fileOf = (body: Uint8Array, n: number) =>
  new Response(Uint8Array.from(body), {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="ping-${n}.txt"`,
      'x-content-type-options': 'nosniff',
    },
  })
