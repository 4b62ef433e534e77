/** The part that tests use of a package without types. */
declare module 'nsyslog-parser' {
  type Read = { ts: string; message: string } & Record<string, unknown>
  const parse: (line: string) => Read
  export default parse
}
